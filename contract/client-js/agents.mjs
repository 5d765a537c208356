// Agents: whole answers, streams, decisions about tools, tools of the client, threads.
import { createTool } from '@mastra/client-js';
import { z } from 'zod';
import { chunksOf } from './record.mjs';

const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };

const mine = () => ({
  mine: createTool({
    id: 'mine',
    description: 'A tool of the client',
    inputSchema: z.object({ a: z.number() }),
    execute: async ({ a }) => ({ b: 2 * a }),
  }),
});

const ask = text => [{ role: 'user', content: text }];

export async function agents(t) {
  const client = t.client();
  const agent = id => client.getAgent(id);
  const call = (name, make) => t.call(name, make);

  await call('list of agents', () => client.listAgents());
  await call('list of agents in part', () => client.listAgents(undefined, true));
  for (const id of ['assistant', 'plain', 'router', 'guarded', 'durable', 'multi', 'voiced', 'nope'])
    await call(`details of ${id}`, () => agent(id).details());

  const texts = {
    text: ['plain', 'hello'],
    reasoning: ['plain', 'think:why'],
    source: ['plain', 'source:https://go.dev'],
    file: ['plain', 'file:hello'],
    'a model that fails': ['plain', 'fail-model'],
    'a model that fails in the middle': ['plain', 'fail-after:2'],
    'a list of models': ['multi', 'hello'],
    'a blocked input': ['guarded', 'forbidden'],
    'a blocked output': ['guarded', 'please leak it now'],
    'a tool': ['assistant', 'tool:weather {"city":"Rome"}'],
    'a tool that throws': ['assistant', 'tool:weather {"city":"Nowhere"}'],
    'a tool with bad input': ['assistant', 'tool:weather {"town":"Rome"}'],
    'a tool that there is not': ['assistant', 'tool:nosuch {}'],
    'a durable agent': ['durable', 'hello'],
  };
  for (const [what, [id, text]] of Object.entries(texts)) {
    await call(`generate: ${what}`, () => agent(id).generate(text));
    await call(`stream: ${what}`, async () => chunksOf(await agent(id).stream(text)));
  }
  await call('generate: structured', () => agent('plain').generate('json:{"a":1}', { structuredOutput: { schema } }));
  await call('generate: structured, with a schema of zod', () =>
    agent('plain').generate('json:{"a":1}', { structuredOutput: { schema: z.object({ a: z.number() }) } }));
  await call('generate: structured, and does not fit', () =>
    agent('plain').generate('json:{"a":"x"}', { structuredOutput: { schema } }));
  await call('stream: structured', async () =>
    chunksOf(await agent('plain').stream('json:{"a":1}', { structuredOutput: { schema } })));
  await call('generate: nobody', () => agent('nope').generate('x'));
  await call('stream: nobody', () => agent('nope').stream('x'));
  await call('generate: no messages', () => agent('plain').generate(''));
  await call('generate: a failure is repeated', () => t.client({ retries: 1 }).getAgent('plain').generate('fail-model'));
  await call('generate: with a request context', () => agent('plain').generate('x', { requestContext: { tenant: 'a' } }));

  await decisions(agent, call);
  await clientTools(agent, call);
  await conversations(agent, call);
  await models(agent, call);
}

async function decisions(agent, call) {
  const delicate = 'tool:delicate {"what":"x"}';
  const assistant = agent('assistant');
  // The client's stream does not tell the run id, so it is given.
  const suspended = async (name, runId, text) => {
    const chunks = await call(name, async () => chunksOf(await assistant.stream(text, { runId })));
    return { runId, toolCallId: chunks?.findLast(chunk => chunk.payload?.toolCallId)?.payload.toolCallId };
  };
  const one = await suspended('stream: a tool that needs approval', 'js-1', delicate);
  await call('runs that wait', () => assistant.listSuspendedRuns());
  await call('approve', async () => chunksOf(await assistant.approveToolCall(one)));
  await call('approve twice', () => assistant.approveToolCall(one));
  const two = await suspended('stream: another that needs approval', 'js-2', delicate);
  await call('decline', async () => chunksOf(await assistant.declineToolCall({ ...two, reason: 'no' })));
  const three = await call('generate: a tool that needs approval', () => assistant.generate(delicate));
  await call('approve, answered whole', () =>
    assistant.approveToolCallGenerate({ runId: three.runId, toolCallId: three.suspendPayload.toolCallId }));
  const four = await call('generate: another that needs approval', () => assistant.generate(delicate));
  await call('decline, answered whole', () =>
    assistant.declineToolCallGenerate({ runId: four.runId, toolCallId: four.suspendPayload.toolCallId }));
  const five = await suspended('stream: a tool that asks', 'js-5', 'tool:ask-user {"question":"why?"}');
  await call('answer a tool that asks', async () => chunksOf(await assistant.resumeStream({ answer: 'so' }, five)));
  await call('answer a tool that asks, twice', () => assistant.resumeStream({ answer: 'so' }, five));
}

async function clientTools(agent, call) {
  const prompt = ask('tool:mine {"a":1}');
  await call('generate: a tool of the client', () => agent('assistant').generate(prompt, { clientTools: mine() }));
  await call('stream: a tool of the client', async () =>
    chunksOf(await agent('assistant').stream(prompt, { clientTools: mine() })));
  await call('stream: a tool of the client, in a thread', async () =>
    chunksOf(await agent('assistant').stream(prompt, { clientTools: mine(), memory: { thread: 'js-tools', resource: 'js' } })));
  await call('generate: a tool of the client that it cannot execute', () =>
    agent('assistant').generate(prompt, { clientTools: { mine: { id: 'mine', description: 'd', inputSchema: schema } } }));
}

async function conversations(agent, call) {
  const memory = { thread: 'js-talk', resource: 'js' };
  await call('generate: in a thread', () => agent('assistant').generate('hello', { memory }));
  await call('stream: in a thread', async () => chunksOf(await agent('assistant').stream('again', { memory })));
  await call('stream: until idle', async () => chunksOf(await agent('assistant').stream('once more', { memory, untilIdle: true })));
  await call('generate: in a thread of another', () =>
    agent('assistant').generate('hello', { memory: { thread: 'js-talk', resource: 'other' } }));
  await call('network', async () =>
    chunksOf(await agent('router').network('json:{"primitiveId":"none","primitiveType":"none","prompt":"","selectionReason":"done","isComplete":true,"completionReason":"c","finalResult":"f"}', { memory: { thread: 'js-net', resource: 'js' } })));
  await call('network without memory', () => agent('plain').network('x', {}));
  await call('abort of an idle thread', () => agent('assistant').abortThread({ threadId: 'js-talk', resourceId: 'js' }));
  await call('message to an unknown run', () => agent('assistant').sendMessage({ message: 'x', runId: 'nope' }));

  await subscription(agent('assistant'), call);
  await call('stream: durable, with a run id', async () => chunksOf(await agent('durable').stream('chunks:2', { runId: 'js-dur' })));
  await call('observe an agent from the middle', async () => chunksOf(await agent('durable').observe({ runId: 'js-dur', offset: 2 })));
}

/** A message wakes the agent, and whoever has subscribed to the thread sees the run. */
async function subscription(assistant, call) {
  const talk = { threadId: 'js-sub', resourceId: 'js' };
  const chunks = [];
  let subscribed, seen;
  await call('subscribe to a thread', async () => {
    subscribed = await assistant.subscribeToThread(talk);
    seen = new Promise((resolve, reject) => {
      const onChunk = async chunk => {
        chunks.push(chunk);
        if (chunk.type === 'finish') resolve();
      };
      subscribed.processDataStream({ onChunk }).catch(reject);
    });
  });
  await call('message to a thread', () => assistant.sendMessage({ message: 'hello', ...talk }));
  await call('what a subscriber sees', async () => {
    await seen;
    subscribed?.unsubscribe();
    return chunks;
  });
}

async function models(agent, call) {
  await call('set a model', () => agent('plain').updateModel({ modelId: 'gpt-4o', provider: 'openai' }));
  await call('reset a model', () => agent('plain').resetModel());
  await call('reorder models', () => agent('multi').reorderModelList({ reorderedModelIds: ['fake-7', 'fake-6'] }));
  await call('change a model of a list', () => agent('multi').updateModelInModelList({ modelConfigId: 'fake-6', enabled: false }));
  await call('change a model of no list', () => agent('plain').updateModelInModelList({ modelConfigId: 'm', enabled: false }));
  await call('speakers', () => agent('voiced').voice.getSpeakers());
  await call('listener', () => agent('voiced').voice.getListener());
  await call('speak', async () => (await agent('voiced').voice.speak('hi')).text());
  await call('listen', () => agent('voiced').voice.listen(new Blob(['hi'])));
  await call('enhance instructions', () => agent('plain').enhanceInstructions('Be brief', 'briefer'));
  await call('tool of an agent', () => agent('assistant').getTool('weather'));
  await call('execute a tool of an agent', () => agent('assistant').executeTool('weather', { data: { city: 'Rome' } }));
}
