// Streams for the comparison with the reference: made up here, and asked of a server.

const agent = { from: 'agent', sendReasoning: true, sendSources: true };
const network = { from: 'network' };
const workflow = { from: 'workflow', sendReasoning: true, sendSources: true };

const chunk = (type, payload, more) => ({ type, runId: 'r', from: 'AGENT', payload, ...more });
const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };
const stepFinish = chunk('step-finish', {
  id: 's', stepResult: { reason: 'tool-calls', warnings: [] }, output: { usage },
  metadata: { modelId: 'm', timestamp: '1970-01-01T00:00:00.000Z' }, response: { headers: { a: 'b' }, messages: [{ role: 'assistant' }] },
});
const finish = reason => chunk('finish', { stepResult: { reason, warnings: [] }, output: { usage }, response: { id: 'x', messages: [1] } });
const run = (...middle) => [
  chunk('start', { id: 'a', messageId: 'm1' }), chunk('step-start', { messageId: 'm1', request: {} }),
  ...middle, stepFinish, finish('stop'),
];
const display = (phase, state) => ({ metadata: { mastra: { toolPayloadTransform: { display: { [phase]: state } } } } });

// What a sub-agent does, in the envelopes of the tools through which it was reached.
const sub = (...names) => inner => names.reduceRight((output, name, depth) => depth === 0
  ? chunk('tool-output', { output, toolCallId: `c${depth}`, toolName: name })
  : { type: 'tool-output', runId: 'r', from: 'USER', payload: { output, toolCallId: `c${depth}`, toolName: name } }, inner);
const subRun = [
  chunk('start', { id: 'aide', messageId: 'm2' }), chunk('step-start', { messageId: 'm2' }),
  chunk('reasoning-delta', { id: 'q', text: 'hm' }), chunk('text-delta', { id: 't', text: 'a' }), chunk('text-delta', { id: 't', text: 'b' }),
  chunk('tool-call-input-streaming-start', { toolCallId: 'd', toolName: 'w', providerExecuted: true, dynamic: false }),
  chunk('tool-call-delta', { toolCallId: 'd', argsTextDelta: '{"x"' }), chunk('tool-call-delta', { toolCallId: 'd', toolName: 'w', argsTextDelta: ':1}', providerMetadata: { p: { q: 1 } } }),
  chunk('tool-call-input-streaming-end', { toolCallId: 'd' }), chunk('tool-call-input-streaming-end', { toolCallId: 'other' }),
  chunk('tool-call', { toolCallId: 'd', toolName: 'w', args: { x: 1 } }), chunk('tool-result', { toolCallId: 'd', toolName: 'w', result: { ok: true } }),
  chunk('tool-error', { toolCallId: 'e', toolName: 'w', args: { y: 1 }, error: 'plain', providerExecuted: false }),
  chunk('source', { id: 's', sourceType: 'url', url: 'https://x.y' }), chunk('file', { data: 'aGk=', mimeType: 'text/plain' }),
  { type: 'object', runId: 'r', from: 'AGENT', object: { a: 1 } }, { type: 'object-result', runId: 'r', from: 'AGENT', object: { a: 2 } },
  stepFinish, chunk('text-delta', { id: 't', text: 'c' }), stepFinish, finish('stop'),
].map(c => ({ ...c, runId: 'sub' }));

const net = (type, payload) => ({ type, runId: 'n', from: 'NETWORK', payload });
const routing = net('routing-agent-start', { agentId: 'routing', networkId: 'net', runId: 'ra', inputData: { task: 't', iteration: 0, threadId: 'th', threadResourceId: 're' } });

export const cases = {
  'every tool chunk': { options: agent, chunks: run(
    chunk('tool-call-input-streaming-start', { toolCallId: 'c', toolName: 'w', providerExecuted: true, dynamic: true }),
    chunk('tool-call-delta', { toolCallId: 'c', argsTextDelta: '{}' }), chunk('tool-call-input-streaming-end', { toolCallId: 'c' }),
    chunk('tool-call', { toolCallId: 'c', toolName: 'w', args: {}, providerExecuted: true, providerMetadata: { p: { x: 1 } }, observability: { traceparent: '00' } }),
    chunk('tool-result', { toolCallId: 'c', toolName: 'w', result: null, providerExecuted: true, providerMetadata: { p: {} } }),
    chunk('tool-call', { toolCallId: 'd', toolName: 'w' }), chunk('tool-error', { toolCallId: 'd', error: { message: 'no', name: 'E', stack: 's' } }),
    chunk('tool-call', { toolCallId: 'e', toolName: 'w', args: 1 }), chunk('tool-call-approval', { toolCallId: 'e', toolName: 'w', args: 1, resumeSchema: '{}' }),
    chunk('tool-call', { toolCallId: 'f', toolName: 'w', args: 1 }), chunk('tool-call-suspended', { toolCallId: 'f', toolName: 'w', args: 1, suspendPayload: { q: 1 }, resumeSchema: '{}' }),
  ) },
  'what people may not see': { options: agent, chunks: run(
    chunk('tool-call-delta', { toolCallId: 'c', argsTextDelta: 'secret' }, display('input-delta', { transformed: 'shown' })),
    chunk('tool-call-delta', { toolCallId: 'c', argsTextDelta: 'shown' }, display('input-delta', { transformed: null })),
    chunk('tool-call', { toolCallId: 'c', toolName: 'w', args: 'secret' }, display('input-available', { transformed: null })),
    chunk('tool-error', { toolCallId: 'c', error: 'secret' }, display('error', { transformed: 'shown' })),
    chunk('tool-call-approval', { toolCallId: 'c', toolName: 'w', args: 'secret' }, display('approval', { projected: 'shown' })),
    chunk('tool-call-suspended', { toolCallId: 'c', toolName: 'w', suspendPayload: 'secret' }, display('suspend', { transformed: { shown: 1 } })),
  ) },
  'a call that was denied': { options: agent, chunks: run(
    chunk('tool-call', { toolCallId: 'c', toolName: 'w', args: {} }),
    chunk('tool-output-denied', { toolCallId: 'c', toolName: 'w', approval: { id: 'c', approved: false, reason: 'Tool call was not approved by the user' } }),
  ) },
  'structured output': { options: agent, chunks: run({ type: 'object', runId: 'r', object: { a: 1 } }, { type: 'object-result', runId: 'r', object: { a: 1 } }) },
  'a tripwire': { options: agent, chunks: [chunk('start', { messageId: 'm' }), chunk('tripwire', { reason: 'no', retry: false, metadata: { a: 1 }, processorId: 'p' })] },
  'background tasks': { options: agent, chunks: run(
    chunk('background-task-started', { taskId: 't', toolName: 'w', toolCallId: 'c' }), chunk('background-task-running', { toolCallId: 'c', runId: 'x' }),
    chunk('background-task-progress', { taskIds: ['t'], runningCount: 1, elapsedMs: 2 }),
    chunk('background-task-output', { taskId: 't', payload: { type: 'tool-output', payload: { output: { a: 1 } } } }),
    chunk('background-task-completed', { taskId: 't', result: 1 }), { type: 'background-task-cancelled', payload: { runId: 'own' } },
  ) },
  'chunks that nobody shows': { options: agent, chunks: run(
    chunk('raw', { a: 1 }), chunk('response-metadata', { id: 1 }), chunk('reasoning-signature', { id: 'q', signature: 's' }), chunk('watch', {}),
    chunk('step-output', { output: {} }), chunk('is-task-complete', { passed: true }), chunk('goal', {}), chunk('custom', { kind: 'k' }), chunk('object', undefined, { object: 1 }),
  ) },
  'an error and an abort': { options: agent, chunks: run(
    chunk('error', { error: 'plain' }), chunk('error', { error: { message: 'm', stack: 's' } }), chunk('error', { error: { name: 'N' } }), chunk('abort', { reason: 'x' }),
  ) },
  'a second start': { options: agent, chunks: [...run(), ...run()] },
  'a start without a step': { options: agent, chunks: [chunk('start', { messageId: 'm' }), { type: 'data-x', data: 1 }, { type: 'data-y', data: 2 }] },
  'metadata of OpenAI': { options: { from: 'agent' }, chunks: run(
    chunk('text-start', { id: 't', providerMetadata: { openai: { itemId: 'i' }, other: { a: 1 } } }), chunk('text-delta', { id: 't', text: 'x', providerMetadata: { openai: { itemId: null } } }),
    chunk('text-end', { id: 't', providerMetadata: null }),
  ) },
  'a transient part': { options: agent, chunks: run({ type: 'data-progress', id: 'p1', data: 1, transient: true }) },
  'a chunk type that nobody knows': { options: agent, chunks: run(chunk('brand-new', { type: 'text-delta', x: 1 }), { type: 'brand-new' }, chunk('brand-new', { type: 'data-made-up', data: 1, x: 1 })) },
  'a file that is bytes': { options: agent, chunks: run(chunk('file', { data: { 0: 104, 1: 105 }, mimeType: 'text/plain' })) },
  'a document without a title': { options: agent, chunks: run(chunk('source', { id: 'd', sourceType: 'document', mimeType: 'text/plain', filename: 'd.txt' })) },
  'a finish reason that no client knows': { options: agent, chunks: [chunk('start', { messageId: 'm' }), finish('suspended')] },
  'sub-agents': { options: { ...agent, includeSubAgentMetadata: true }, chunks: run(...subRun.map(sub('agent-aide'))) },
  'sub-agents of sub-agents': { options: { ...agent, includeSubAgentMetadata: true }, chunks: run(...subRun.map(sub('agent-boss', 'agent-aide')), ...subRun.slice(2, 5).map(c => ({ ...c, runId: 'late' })).map(sub('agent-boss', 'agent-x', 'tool'))) },
  'sub-agents that are not told of': { options: agent, chunks: run(...subRun.map(sub('agent-aide'))) },
  'data that a tool writes': { options: agent, chunks: run(sub('w')({ type: 'data-x', data: 1, id: 'i' }), sub('w')({ any: 1 }), sub('w')('text'), sub('a', 'w')({ type: 'data-y', data: 2 })) },
  'a network that runs a sub-agent': { options: network, chunks: [
    routing, net('routing-agent-end', { task: 't', primitiveId: 'p', primitiveType: 'agent', result: '', selectionReason: 's', runId: 'ra', usage }),
    net('agent-execution-start', { agentId: 'aide', args: { prompt: 'p', iteration: 1 }, runId: 'sub' }),
    ...subRun.map(c => net(`agent-execution-event-${c.type}`, c)),
    net('agent-execution-end', { agentId: 'aide', result: 'abc', runId: 'sub', usage }), net('agent-execution-end', { result: 'x', runId: 'unknown' }),
    net('network-execution-event-step-finish', { result: 'abc', runId: 'ra' }), net('network-execution-event-finish', { result: 'abc', usage }),
  ] },
  'a network that finds nothing to do': { options: network, chunks: [
    routing, net('routing-agent-end', { task: 't', primitiveId: 'none', primitiveType: 'none', result: 'done', runId: 'ra' }),
    net('network-execution-event-step-finish', { result: 'done', runId: 'ra' }), net('network-execution-event-finish', { result: 'done' }),
  ] },
  'a network whose start was not seen': { options: network, chunks: [net('routing-agent-text-delta', { text: 'x' }), net('agent-execution-start', { runId: 'x', agentId: 'a' }), net('network-execution-event-finish', {})] },
  'a network that runs tools': { options: network, chunks: [
    routing, net('tool-execution-start', { args: { toolName: 'w', toolCallId: 'c' }, runId: 'x' }), net('tool-execution-end', { toolCallId: 'c', result: { a: 1 } }),
    net('tool-execution-end', { toolCallId: 'unknown' }), net('workflow-execution-start', { workflowId: 'w', runId: 'wf' }), net('workflow-execution-end', { runId: 'wf' }),
  ] },
  'an agent in a workflow': { options: workflow, chunks: [
    chunk('workflow-start', { workflowId: 'w' }), chunk('workflow-step-start', { id: 's', status: 'running', payload: null }),
    ...[...run(chunk('reasoning-start', { id: 'q' }), chunk('reasoning-end', { id: 'q' }), chunk('source', { id: 'u', sourceType: 'url', url: 'https://x.y' }),
      chunk('tool-call', { toolCallId: 'c', toolName: 'w', args: {} }), chunk('tool-call-approval', { toolCallId: 'c', toolName: 'w', args: {} }), chunk('tool-call-delta', { toolCallId: 'c', argsTextDelta: 'x' }),
      chunk('tripwire', { reason: 'no' }), chunk('background-task-started', { taskId: 't' }), chunk('error', { error: 'plain' }), chunk('abort', {}), chunk('file', { data: 'aGk=', mimeType: 'text/plain' }))]
      .map(output => chunk('workflow-step-output', { output, stepId: 's' })),
    chunk('workflow-step-result', { id: 's', status: 'success', output: { a: 1 } }), chunk('workflow-step-result', { id: 'unseen', status: 'success' }),
    chunk('workflow-step-suspended', { id: 's2', status: 'suspended', suspendPayload: 1, resumePayload: 2 }), chunk('workflow-finish', { workflowStatus: 'suspended' }),
  ] },
};

const memory = name => ({ thread: `reference-${name}-${Date.now()}`, resource: 'reference' });
const ask = (id, content, options = agent) => ({
  name: `${id}: ${content}`, path: `agents/${id}/stream`, options, body: { messages: [{ role: 'user', content }], memory: memory(id) },
});
const start = (id, inputData) => ({
  name: `${id}: ${JSON.stringify(inputData)}`, path: `workflows/${id}/stream?runId=${crypto.randomUUID()}`, options: workflow, body: { inputData },
});

export const prompts = [
  ask('plain', 'hello there'), ask('plain', 'fail-model'), ask('plain', 'fail-after:3'), ask('plain', 'json:{"a":1}'),
  ask('assistant', 'think:deep'), ask('assistant', 'source:https://example.com x'), ask('assistant', 'file:abc'),
  ask('assistant', 'tool:weather {"city":"Rome"}'), ask('assistant', 'tool:weather {"city":"Nowhere"}'), ask('assistant', 'tool:weather {"nope":1}'), ask('assistant', 'tool:missing {}'),
  ask('assistant', 'tool:delicate {"what":"vase"}'), ask('assistant', 'tool:ask-user {"question":"Age?"}'),
  ask('router', 'tool:agent-plain {"prompt":"hi"}', { ...agent, includeSubAgentMetadata: true }),
  ask('guarded', 'forbidden'), ask('guarded', 'this will leak now'), ask('multi', 'fail-after:2'),
  start('doubler', { n: 3 }), start('doubler', { n: -3 }), start('approval', { n: 1 }), start('fan', [1, 2]), start('outer', { n: 2 }), start('review', { n: 1 }),
];
