// The rule table: which text makes the model do what. The first rule that
// matches applies; everything here is a pure function of the prompt, so the
// same question always gets the same answer.
import type { LanguageModelV2Prompt, LanguageModelV2ToolResultPart } from '@ai-sdk/provider';

export type Plan = {
  reasoning?: string;
  source?: string;
  file?: string;
  calls?: { name: string; args: string }[];
  pieces: string[];
  /** Pause after each piece, in ms. */
  pause: number;
  /** Message of the error that ends the stream once all pieces are out. */
  breaks?: string;
};

export function planFor(prompt: LanguageModelV2Prompt): Plan {
  const at = prompt.findLastIndex(message => message.role === 'user');
  const text = textOf(prompt[at]);
  if (text.includes('fail-model')) throw new Error('model exploded');

  const outputs = toolOutputs(prompt.slice(at + 1));
  if (outputs.length > 0) return say('Tool said: ', JSON.stringify(outputs));

  const calls = toolCalls(text);
  if (calls.length > 0) return { ...say(), calls };

  const json = /json:(\{[^]*\})/.exec(text)?.[1];
  if (json) return say(...inPieces(json, 8));

  const reasoning = /think:([^]+)/.exec(text)?.[1];
  if (reasoning) return { ...echo(text), reasoning };

  const source = /source:(\S+)/.exec(text)?.[1];
  if (source) return { ...echo(text), source };

  const file = /file:([^]+)/.exec(text)?.[1];
  if (file) return { ...echo(text), file };

  const failAfter = /fail-after:(\d+)/.exec(text)?.[1];
  if (failAfter) return { ...say(...numbered(failAfter)), breaks: 'model broke' };

  const slow = /slow:(\d+)/.exec(text)?.[1];
  if (slow) return { pieces: numbered(slow), pause: 50 };

  const chunks = /chunks:(\d+)/.exec(text)?.[1];
  if (chunks) return say(...numbered(chunks));

  return echo(text);
}

function say(...pieces: string[]): Plan {
  return { pieces, pause: 0 };
}

function echo(text: string): Plan {
  return say(...`You said: ${text}`.split(/(?<= )/));
}

function numbered(count: string): string[] {
  return Array.from({ length: Number(count) }, (_, i) => `chunk-${i} `);
}

/** Cuts between code points, so that no piece holds half a surrogate pair. */
function inPieces(text: string, size: number): string[] {
  const points = Array.from(text);
  const pieces = [];
  for (let i = 0; i < points.length; i += size) pieces.push(points.slice(i, i + size).join(''));
  return pieces;
}

function textOf(message: LanguageModelV2Prompt[number] | undefined): string {
  if (message?.role !== 'user') return '';
  return message.content.flatMap(part => (part.type === 'text' ? [part.text] : [])).join(' ');
}

/** One call per line that names a tool: `tool:NAME {json}`. */
function toolCalls(text: string): { name: string; args: string }[] {
  return text.split('\n').flatMap(line => {
    const [, name, args] = /tool:(\S+)\s+(\{[^]*\})/.exec(line) ?? [];
    return name && args ? [{ name, args }] : [];
  });
}

/** The outputs in the order in which the calls were made: results arrive in any order. */
function toolOutputs(messages: LanguageModelV2Prompt): LanguageModelV2ToolResultPart['output'][] {
  const called: string[] = [];
  const results: LanguageModelV2ToolResultPart[] = [];
  for (const message of messages) {
    if (message.role === 'assistant')
      for (const part of message.content) if (part.type === 'tool-call') called.push(part.toolCallId);
    if (message.role === 'tool') results.push(...message.content);
  }
  const rank = (result: LanguageModelV2ToolResultPart) => called.indexOf(result.toolCallId);
  return results.sort((a, b) => rank(a) - rank(b)).map(result => result.output);
}
