// The same chunks through Mastra's own converter, @mastra/ai-sdk, and through the
// Go one: the parts must be the same, but where the former is at fault.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { toAISdkStream } from '@mastra/ai-sdk';
import { cases, prompts } from './cases.mjs';
import { startServer } from './server.mjs';

// What Go tells the browser about an error; the reference shows all of it.
const errorText = error => {
  const text = typeof error === 'string' ? error
    : error?.message || error?.cause?.message || error?.details?.errorMessage || error?.name || 'An error occurred.';
  return text.split('\n    at ')[0];
};

// Where the reference is at fault, and what is right. Nothing else may differ.
const faults = {
  'real-approval-declined': { v5: denied },
  'real-approval-resume-stream': { v5: denied },
  'syn-data-missing-data': { v5: throws, v6: throws },
  'syn-error-top-level': { v5: throws, v6: throws },
  'syn-data-parts': { v5: keepsTransient, v6: keepsTransient },
  'a transient part': { v5: keepsTransient, v6: keepsTransient },
  'a chunk type that nobody knows': { v5: drops, v6: drops },
  'a file that is bytes': { v5: decodes, v6: decodes },
  'a document without a title': { v5: titles, v6: titles },
  'a finish reason that no client knows': { v5: clamps },
  'a call that was denied': { v5: denied },
};
function denied(parts) {
  return parts.map(p => p.type === 'tool-output-denied'
    ? { type: 'tool-output-error', toolCallId: p.toolCallId, errorText: p.toolCallId === 'call_9' ? 'too fragile' : 'Tool call was not approved by the user' } : p);
}
function throws() { return undefined; }
function keepsTransient(parts) { return parts.map(p => p.id === 'p1' ? { ...p, transient: true } : p); }
function drops(parts) { return parts.filter(p => p.type !== 'data-made-up' && !(p.type === 'text-delta' && !p.id)); }
function decodes(parts) { return parts.map(p => p.type === 'file' ? { ...p, url: 'data:text/plain;base64,aGk=' } : p); }
function titles(parts) { return parts.map(p => p.type === 'source-document' ? { ...p, title: 'd.txt' } : p); }
function clamps(parts) { return parts.map(p => p.type === 'finish' ? { ...p, finishReason: 'other' } : p); }

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

async function reference(chunks, options, version) {
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(structuredClone(chunk));
      controller.close();
    },
  });
  const parts = [];
  // A part shares objects with later ones, so it is copied at once.
  for await (const part of toAISdkStream(stream, { ...options, version, onError: errorText })) parts.push(plain(part));
  return parts;
}

const plain = value => JSON.parse(JSON.stringify(value));

// Both write the time of day into what they tell of sub-agents.
const untimed = value => JSON.parse(JSON.stringify(value, (key, v) => key === 'timestamp' ? 'T' : v));

async function compare(name, chunks, options) {
  for (const version of ['v5', 'v6', 'v7']) {
    const ours = await server.post('/convert', { version, options, chunks });
    const fault = faults[name]?.[version === 'v7' ? 'v6' : version];
    let theirs;
    try {
      theirs = await reference(chunks, options, version);
    } catch (error) {
      assert.equal(fault, throws, `${version}: the reference throws ${error}`);
      assert.ok(ours.length > 0);
      continue;
    }
    assert.notEqual(fault, throws, `${version}: the reference is right now`);
    if (fault) {
      assert.notDeepEqual(untimed(fault(theirs)), untimed(theirs), `${version}: the reference is right now`);
      theirs = fault(theirs);
    }
    // The stream of a run that is resumed begins in the middle of its message.
    if (options.from === 'agent' && theirs.length > 0 && !theirs.some(p => p.type === 'start') && ours[0]?.type === 'start') ours.shift();
    assert.deepEqual(untimed(ours), untimed(theirs), version);
  }
}

describe('captures', () => {
  const dir = new URL('../../aisdk/testdata/ui/', import.meta.url);
  for (const file of readdirSync(dir)) {
    const { name, input, options } = JSON.parse(readFileSync(new URL(file, dir)));
    it(name, () => compare(name, input, options));
  }
});

describe('made-up streams', () => {
  for (const [name, { chunks, options }] of Object.entries(cases)) it(name, () => compare(name, chunks, options));
});

describe('streams of a Mastra server', () => {
  for (const { name, path, body, options } of prompts) {
    it(name, async () => {
      const upstream = await server.get('/upstream');
      const response = await fetch(`${upstream}/api/${path}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
      });
      assert.equal(response.status, 200);
      const text = await response.text();
      const chunks = text.includes('\x1e')
        ? text.split('\x1e').filter(Boolean).map(JSON.parse)
        : text.split('\n\n').filter(f => f.startsWith('data: ') && f !== 'data: [DONE]').map(f => JSON.parse(f.slice(6)));
      assert.ok(chunks.length > 0);
      await compare(name, chunks, options);
    });
  }
});
