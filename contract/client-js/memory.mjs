// Memory: threads, messages, working memory and search.
const agentId = 'assistant';
const resourceId = 'js-user';
const at = n => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
const message = (id, text, n) => ({ id, role: 'user', threadId: 'js-t', resourceId, createdAt: at(n), type: 'v2', content: { format: 2, parts: [{ type: 'text', text }] } });

export async function memory(t) {
  const client = t.client();
  const call = (name, make) => t.call(name, make);
  const thread = (threadId, agent = agentId) => client.getMemoryThread({ threadId, agentId: agent });

  await call('status of memory', () => client.getMemoryStatus(agentId));
  await call('status of no memory', () => client.getMemoryStatus('plain'));
  await call('configuration of memory', () => client.getMemoryConfig({ agentId }));
  await call('configuration of no memory', () => client.getMemoryConfig({ agentId: 'plain' }));
  await call('create a thread', () => client.createMemoryThread({ agentId, resourceId, threadId: 'js-t', title: 'T', metadata: { k: 'v' } }));
  await call('create a thread without an id', () => client.createMemoryThread({ agentId, resourceId }));
  await call('create a thread of an agent without memory', () => client.createMemoryThread({ agentId: 'plain', resourceId }));
  await call('threads', () => client.listMemoryThreads({ agentId, resourceId }));
  await call('one page of threads', () => client.listMemoryThreads({ agentId, resourceId, page: 0, perPage: 1 }));
  await call('threads in an order', () => client.listMemoryThreads({ agentId, resourceId, orderBy: { field: 'createdAt', direction: 'ASC' } }));
  await call('threads by metadata', () => client.listMemoryThreads({ agentId, resourceId, metadata: { k: 'v' } }));
  await call('a thread', () => thread('js-t').get());
  await call('a thread that there is not', () => thread('nope').get());
  await call('update a thread', () => thread('js-t').update({ title: 'New', metadata: { z: 1 } }));
  await call('save messages', () => client.saveMessageToMemory({ agentId, messages: [message('js-m1', 'one', 1), message('js-m2', 'two', 2), message('js-m3', 'three', 3)] }));
  await call('save a message without a thread', () => client.saveMessageToMemory({ agentId, messages: [{ role: 'user', content: 'x', resourceId }] }));
  await call('messages', () => thread('js-t').listMessages());
  await call('messages of the client', () => client.listThreadMessages('js-t', { agentId }));
  await call('one page of messages', () => thread('js-t').listMessages({ page: 0, perPage: 2 }));
  await call('messages around one', () => thread('js-t').listMessages({ perPage: 0, include: [{ id: 'js-m2', withPreviousMessages: 1 }] }));
  await call('messages of a time', () => thread('js-t').listMessages({ filter: { dateRange: { start: at(2) } } }));
  await call('set working memory', () => client.updateWorkingMemory({ agentId, threadId: 'js-t', resourceId, workingMemory: '# User' }));
  await call('working memory', () => client.getWorkingMemory({ agentId, threadId: 'js-t', resourceId }));
  await call('working memory without a resource', () => client.getWorkingMemory({ agentId, threadId: 'js-t' }));
  await call('search', () => client.searchMemory({ agentId, resourceId, threadId: 'js-t', searchQuery: 'two' }));
  await call('search for nothing', () => client.searchMemory({ agentId, resourceId, threadId: 'js-t', searchQuery: '' }));
  await call('copy a thread', () => thread('js-t').clone({ newThreadId: 'js-copy' }));
  await call('transfer a thread', () => thread('js-copy').transfer({ resourceId: 'js-other' }));
  await call('delete messages', () => thread('js-t').deleteMessages(['js-m1']));
  await call('delete a thread', () => thread('js-t').delete());
  await call('delete a thread twice', () => thread('js-t').delete());
  await call('observations', () => client.getObservationalMemory({ agentId, resourceId }));
}
