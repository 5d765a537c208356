// A language model without a network: an AI SDK LanguageModelV2 that plays the
// plan which the rule table makes of the prompt.
import { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2Content,
  LanguageModelV2FinishReason,
  LanguageModelV2StreamPart,
} from '@ai-sdk/provider';
import { planFor, type Plan } from './rules';

const usage = { inputTokens: 11, outputTokens: 7, totalTokens: 18 };

// Call ids are unique in the process, as a provider's are in an account:
// two runs that wait for approval at the same time must not share one.
let calls = 0;

export function fakeModel(modelId: string): LanguageModelV2 {
  const response = { id: 'resp-1', timestamp: new Date(0), modelId };
  return {
    specificationVersion: 'v2',
    provider: 'fake',
    modelId,
    supportedUrls: {},

    async doGenerate({ prompt, abortSignal }: LanguageModelV2CallOptions) {
      const plan = planFor(prompt);
      if (plan.pause > 0) await sleep(plan.pause * plan.pieces.length, undefined, { signal: abortSignal });
      if (plan.breaks) throw new Error(plan.breaks);
      return { content: contentOf(plan), finishReason: finishReasonOf(plan), usage, warnings: [], response };
    },

    async doStream({ prompt, abortSignal }: LanguageModelV2CallOptions) {
      const parts = partsOf(planFor(prompt), response, abortSignal);
      // Node's stream type and the DOM's, which the interface names, differ in type only.
      return { stream: ReadableStream.from(parts) as never };
    },
  };
}

async function* partsOf(
  plan: Plan,
  response: { id: string; timestamp: Date; modelId: string },
  abortSignal?: AbortSignal,
): AsyncGenerator<LanguageModelV2StreamPart> {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'response-metadata', ...response };
  if (plan.reasoning) {
    yield { type: 'reasoning-start', id: 'r-1' };
    yield { type: 'reasoning-delta', id: 'r-1', delta: plan.reasoning };
    yield { type: 'reasoning-end', id: 'r-1' };
  }
  for (const part of attachmentsOf(plan)) yield part;
  for (const { name, args } of plan.calls ?? []) {
    const id = nextCallId();
    yield { type: 'tool-input-start', id, toolName: name };
    yield { type: 'tool-input-delta', id, delta: args };
    yield { type: 'tool-input-end', id };
    yield { type: 'tool-call', toolCallId: id, toolName: name, input: args };
  }
  if (!plan.calls) {
    yield { type: 'text-start', id: 'txt-1' };
    for (const delta of plan.pieces) {
      yield { type: 'text-delta', id: 'txt-1', delta };
      if (plan.pause > 0) await sleep(plan.pause, undefined, { signal: abortSignal });
    }
    if (plan.breaks) {
      // A throw discards what is still queued behind it; the pieces must arrive first.
      await sleep(50, undefined, { signal: abortSignal });
      throw new Error(plan.breaks);
    }
    yield { type: 'text-end', id: 'txt-1' };
  }
  yield { type: 'finish', finishReason: finishReasonOf(plan), usage };
}

function contentOf(plan: Plan): LanguageModelV2Content[] {
  const content: LanguageModelV2Content[] = [];
  if (plan.reasoning) content.push({ type: 'reasoning', text: plan.reasoning });
  content.push(...attachmentsOf(plan));
  for (const { name, args } of plan.calls ?? [])
    content.push({ type: 'tool-call', toolCallId: nextCallId(), toolName: name, input: args });
  if (!plan.calls) content.push({ type: 'text', text: plan.pieces.join('') });
  return content;
}

function attachmentsOf({ source, file }: Plan) {
  const parts: Extract<LanguageModelV2Content, { type: 'source' | 'file' }>[] = [];
  if (source) parts.push({ type: 'source', sourceType: 'url', id: 's-1', url: source, title: 'Source' });
  if (file) parts.push({ type: 'file', mediaType: 'text/plain', data: Buffer.from(file).toString('base64') });
  return parts;
}

function finishReasonOf(plan: Plan): LanguageModelV2FinishReason {
  return plan.calls ? 'tool-calls' : 'stop';
}

function nextCallId(): string {
  calls += 1;
  return `call_${calls}`;
}
