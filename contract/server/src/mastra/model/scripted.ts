// A model that says what it is told: the last user message is a JSON list with the
// parts of each answer, first the one to the user, then those to tool results.
import { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2Content,
  LanguageModelV2FinishReason,
  LanguageModelV2Prompt,
  LanguageModelV2StreamPart,
  LanguageModelV2Usage,
} from '@ai-sdk/provider';

type Part = {
  text?: string[];
  reasoning?: string[];
  source?: string;
  title?: string;
  file?: string;
  mediaType?: string;
  call?: string;
  args?: string[];
  /** Says which calls stand in the prompt, and what has come of them. */
  seen?: boolean;
  usage?: LanguageModelV2Usage;
  finish?: LanguageModelV2FinishReason;
  fail?: string;
  /** Of a provider's answer, where the failure is one. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
};

let calls = 0;

export function scriptedModel(modelId: string): LanguageModelV2 {
  const response = { id: 'resp-1', timestamp: new Date(0), modelId };
  return {
    specificationVersion: 'v2',
    provider: 'fake',
    modelId,
    supportedUrls: {},
    async doGenerate({ prompt }: LanguageModelV2CallOptions) {
      return { ...(await wholeOf(partsOf(answerTo(prompt), response))), warnings: [], response };
    },
    async doStream({ prompt }: LanguageModelV2CallOptions) {
      const parts = answerTo(prompt);
      if (parts[0]?.fail) throw failure(parts[0]);
      return { stream: ReadableStream.from(partsOf(parts, response)) as never };
    },
  };
}

/** What a provider of the AI SDK throws, where a status is given. */
function failure({ fail, status, headers, body }: Part): Error {
  const error = new Error(fail);
  if (status === undefined) return error;
  const marker = 'vercel.ai.error';
  return Object.assign(error, {
    name: 'AI_APICallError',
    url: 'https://model.test/v1/answers',
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: headers,
    responseBody: body,
    isRetryable: status === 408 || status === 409 || status === 429 || status >= 500,
    [Symbol.for(marker)]: true,
    [Symbol.for(`${marker}.AI_APICallError`)]: true,
  });
}

function answerTo(prompt: LanguageModelV2Prompt): Part[] {
  const at = prompt.findLastIndex(message => message.role === 'user');
  const text = prompt[at]?.role === 'user' ? prompt[at].content.flatMap(p => (p.type === 'text' ? [p.text] : [])).join(' ') : '';
  const answers = JSON.parse(text) as Part[][];
  const earlier = prompt.slice(at + 1).filter(message => message.role === 'tool').length;
  const parts = answers[Math.min(earlier, answers.length - 1)] ?? [];
  return parts.map(part => (part.seen ? { text: [JSON.stringify(callsIn(prompt))] } : part));
}

function callsIn(prompt: LanguageModelV2Prompt) {
  const outputs = new Map<string, unknown>();
  for (const message of prompt)
    if (message.role === 'tool') for (const result of message.content) outputs.set(result.toolCallId, result.output);
  return prompt.flatMap(message =>
    message.role === 'assistant'
      ? message.content.flatMap(part =>
          part.type === 'tool-call' ? [{ tool: part.toolName, args: part.input, output: outputs.get(part.toolCallId) }] : [],
        )
      : [],
  );
}

/** The whole answer, put together from the parts of a stream. */
async function wholeOf(parts: AsyncGenerator<LanguageModelV2StreamPart>) {
  const content: LanguageModelV2Content[] = [];
  for await (const part of parts) {
    const last = content.at(-1);
    if (part.type === 'text-start') content.push({ type: 'text', text: '' });
    if (part.type === 'reasoning-start') content.push({ type: 'reasoning', text: '' });
    if (part.type === 'text-delta' && last?.type === 'text') last.text += part.delta;
    if (part.type === 'reasoning-delta' && last?.type === 'reasoning') last.text += part.delta;
    if (part.type === 'source' || part.type === 'file' || part.type === 'tool-call') content.push(part);
    if (part.type === 'finish') return { content, finishReason: part.finishReason, usage: part.usage };
  }
  throw new Error('no end');
}

async function* partsOf(
  parts: Part[],
  response: { id: string; timestamp: Date; modelId: string },
): AsyncGenerator<LanguageModelV2StreamPart> {
  const count = { txt: 0, r: 0, s: 0 };
  let usage: LanguageModelV2Usage = { inputTokens: 11, outputTokens: 7, totalTokens: 18 };
  let called = false;
  let finish: LanguageModelV2FinishReason | undefined;
  // Of a text or a reasoning that is not complete when the model fails there is no end.
  let open: LanguageModelV2StreamPart | undefined;
  function* close(): Generator<LanguageModelV2StreamPart> {
    if (open) yield open;
    open = undefined;
  }
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'response-metadata', ...response };
  for (const part of parts) {
    if (part.fail) {
      // A throw discards what is still queued behind it; the parts must arrive first.
      await sleep(50);
      throw failure(part);
    }
    yield* close();
    if (part.text) {
      const id = `txt-${++count.txt}`;
      yield { type: 'text-start', id };
      for (const delta of part.text) yield { type: 'text-delta', id, delta };
      open = { type: 'text-end', id };
    }
    if (part.reasoning) {
      const id = `r-${++count.r}`;
      yield { type: 'reasoning-start', id };
      for (const delta of part.reasoning) yield { type: 'reasoning-delta', id, delta };
      open = { type: 'reasoning-end', id };
    }
    if (part.source) yield { type: 'source', sourceType: 'url', id: `s-${++count.s}`, url: part.source, title: part.title };
    if (part.file !== undefined)
      yield { type: 'file', mediaType: part.mediaType ?? 'text/plain', data: Buffer.from(part.file).toString('base64') };
    if (part.call) {
      called = true;
      const toolCallId = `call_${++calls}`;
      const args = part.args ?? [];
      yield { type: 'tool-input-start', id: toolCallId, toolName: part.call };
      for (const delta of args) if (delta) yield { type: 'tool-input-delta', id: toolCallId, delta };
      yield { type: 'tool-input-end', id: toolCallId };
      yield { type: 'tool-call', toolCallId, toolName: part.call, input: args.join('') };
    }
    if (part.usage) usage = part.usage;
    if (part.finish) finish = part.finish;
  }
  yield* close();
  yield { type: 'finish', finishReason: finish ?? (called ? 'tool-calls' : 'stop'), usage };
}
