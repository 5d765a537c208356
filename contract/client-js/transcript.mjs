// node transcript.mjs BASE_URL: makes every call on the server there, which must be
// freshly started, and prints a transcript. Two servers that behave alike give the same one.
import { setTimeout as sleep } from 'node:timers/promises';
import { agents } from './agents.mjs';
import { memory } from './memory.mjs';
import { Transcript } from './record.mjs';
import { tools, vectors } from './tools.mjs';
import { workflows } from './workflows.mjs';

/** How long a server may take to come up, in ms. */
const patience = 60_000;

const [baseUrl] = process.argv.slice(2);
if (!baseUrl) {
  console.error('usage: node transcript.mjs BASE_URL');
  process.exit(2);
}
async function healthy() {
  return fetch(`${baseUrl}/health`).then(response => response.ok, () => false);
}
for (const deadline = Date.now() + patience; !(await healthy()); await sleep(100)) {
  if (Date.now() > deadline) {
    console.error(`no server came up at ${baseUrl}`);
    process.exit(1);
  }
}

// The client reports some failures of streams on the console as well.
console.error = () => {};

const transcript = new Transcript(baseUrl);
for (const area of [agents, workflows, memory, tools, vectors]) await area(transcript);
console.log(`# ${transcript.calls} calls`);
process.exit(0);
