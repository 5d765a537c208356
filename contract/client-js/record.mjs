// Writes down what a call of the client came to: the requests it made, the
// shape of what it gave back, or how it failed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { MastraClient } from '@mastra/client-js';

const ids = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, ':id'],
  [/\bcall_\d+\b/g, ':call'],
  [/127\.0\.0\.1:\d+|localhost:\d+/g, ':host'],
];
const plain = text => ids.reduce((s, [id, name]) => s.replace(id, name), String(text));

/** The paths of all members of a value with the types that stand there, sorted. Items of an array count as one. */
export function keyPaths(value) {
  const paths = new Set();
  const walk = (v, at) => {
    if (Array.isArray(v)) {
      if (v.length === 0) paths.add(`${at}[]`);
      for (const item of v) walk(item, `${at}[]`);
    } else if (v instanceof Error) {
      paths.add(`${at}:error ${plain(v.message)}`);
    } else if (v !== null && typeof v === 'object') {
      if (Object.keys(v).length === 0) paths.add(`${at}{}`);
      for (const [key, item] of Object.entries(v)) if (item !== undefined && typeof item !== 'function') walk(item, `${at}.${plain(key)}`);
    } else {
      paths.add(`${at}:${v === null ? 'null' : typeof v}`);
    }
  };
  walk(value, '');
  return [...paths].sort();
}

/** A stream as a list of its chunks, whichever way the client hands them out. */
export async function chunksOf(stream, take = Infinity) {
  const chunks = [];
  if (typeof stream.processDataStream === 'function') {
    await stream.processDataStream({ onChunk: async chunk => void chunks.push(chunk) });
    return chunks;
  }
  const reader = stream.getReader();
  while (chunks.length < take) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
  await reader.cancel();
  return chunks;
}

/** A call that does not end within this many ms has failed. */
const patience = 20_000;

async function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not end')), patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A transcript of calls on one server, printed as they are made. */
export class Transcript {
  calls = 0;
  /** The requests of the call that is being made: each call has its own, even when it is late. */
  requests = new AsyncLocalStorage();

  constructor(baseUrl) {
    this.baseUrl = baseUrl;
  }

  /** A client whose requests are written down. No repetitions, unless asked for. */
  client(options = {}) {
    return new MastraClient({
      baseUrl: this.baseUrl,
      retries: 0,
      backoffMs: 1,
      ...options,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        const { pathname, search } = new URL(url);
        const route = plain(decodeURIComponent(pathname) + decodeURIComponent(search));
        const type = response.headers.get('content-type');
        this.requests.getStore()?.push(`${init?.method ?? 'GET'} ${route} ${response.status} ${type}`);
        return response;
      },
    });
  }

  /** Makes a call and writes its line. Gives what the call gave, undefined where it failed. */
  async call(name, make) {
    const requests = [];
    let given, outcome;
    try {
      given = await inTime(this.requests.run(requests, make));
      outcome = shapeOf(given);
    } catch (error) {
      outcome = [`failed ${error.name} ${error.status ?? ''} ${plain(error.message)}`];
    }
    this.calls += 1;
    console.log([`## ${name}`, ...requests, ...outcome].join('\n  '));
    return given;
  }
}

/** Chunks are shown by their types, in order, and then by what they hold; anything else by what it holds. */
function shapeOf(given) {
  const isStream = Array.isArray(given) && given.length > 0 && given.every(chunk => typeof chunk?.type === 'string');
  const types = isStream ? [`chunks ${given.map(chunk => chunk.type).join(' ')}`] : [];
  return [...types, ...keyPaths(given)];
}
