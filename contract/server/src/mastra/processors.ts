// What stands before and behind the guarded agent.
import type { Processor } from '@mastra/core/processors';

/** Stops a request before the model sees it. */
export const guard = {
  id: 'guard',
  processInput({ messages, abort }) {
    const said = messages.flatMap(m => m.content.parts.flatMap(p => (p.type === 'text' ? [p.text] : [])));
    if (said.some(text => text.includes('forbidden')))
      abort('Blocked input', { metadata: { word: 'forbidden' } });
    return messages;
  },
} satisfies Processor<'guard'>;

/** Stops an answer while it is being streamed: what was sent before stays sent. */
export const gate = {
  id: 'gate',
  async processOutputStream({ part, state, abort }) {
    if (part.type === 'text-delta') {
      // Over the text so far: the word may be cut in two by the pieces.
      const text = `${state.text ?? ''}${part.payload.text}`;
      if (text.includes('leak')) abort('Blocked output');
      state.text = text;
    }
    return part;
  },
} satisfies Processor<'gate'>;
