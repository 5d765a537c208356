// Steps that write into the stream of their run.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const number = z.object({ n: z.number() });

const write = createStep({
  id: 'write',
  inputSchema: number,
  outputSchema: number,
  resumeSchema: z.object({ ok: z.boolean() }),
  execute: async ({ inputData: { n }, writer, resumeData, suspend }) => {
    await writer.write({ progress: n });
    await writer.custom({ type: 'data-progress', data: { n } });
    await writer.write('half');
    if (n === 2) {
      await writer.write({ type: 'finish', payload: { usage: { inputTokens: 3, outputTokens: 4.5, totalTokens: 7, reasoningTokens: 1 } } });
      await writer.write({ type: 'finish', payload: { output: { usage: { promptTokens: 10, completionTokens: 20, totalTokens: 30 } } } });
      await writer.write({ type: 'finish', payload: {} });
      await writer.custom({ type: 'data-plain', data: n, transient: true });
      await writer.custom({ type: 'odd', payload: { id: 'x', y: 1 }, more: true });
    }
    if (n === 5 && !resumeData) return suspend({});
    return { n };
  },
});

export const writing = createWorkflow({ id: 'writing', inputSchema: number, outputSchema: number })
  .then(write)
  .commit();

export const dictating = createWorkflow({ id: 'dictating', inputSchema: number, outputSchema: number })
  .then(writing)
  .commit();
