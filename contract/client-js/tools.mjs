// Tools and vectors.
export async function tools(t) {
  const client = t.client();
  const call = (name, make) => t.call(name, make);
  await call('list of tools', () => client.listTools());
  await call('a tool', () => client.getTool('ask-user').details());
  await call('a tool that there is not', () => client.getTool('nope').details());
  await call('execute a tool', () => client.getTool('weather').execute({ data: { city: 'Rome' } }));
  await call('execute a tool with bad input', () => client.getTool('weather').execute({ data: {} }));
  await call('execute a tool that throws', () => client.getTool('weather').execute({ data: { city: 'Nowhere' } }));
  await call('execute a tool without data', () => client.getTool('weather').execute({}));
}

export async function vectors(t) {
  const client = t.client();
  const call = (name, make) => t.call(name, make);
  const vec = client.getVector('vec');
  const indexName = 'js_index';
  await call('list of vector stores', () => client.listVectors());
  await call('list of embedders', () => client.listEmbedders());
  await call('create an index', () => vec.createIndex({ indexName, dimension: 2, metric: 'cosine' }));
  await call('create an index of no dimension', () => vec.createIndex({ indexName: 'none', dimension: 0 }));
  await call('indexes', () => vec.getIndexes());
  await call('upsert', () => vec.upsert({ indexName, vectors: [[1, 0], [0, 1]], ids: ['a', 'b'], metadata: [{ k: 1 }, { k: 2 }] }));
  await call('upsert of another length', () => vec.upsert({ indexName, vectors: [[1]] }));
  await call('an index', () => vec.details(indexName));
  await call('query', () => vec.query({ indexName, queryVector: [1, 0], topK: 1, includeVector: true }));
  await call('query with a filter', () => vec.query({ indexName, queryVector: [1, 0], filter: { k: { $gt: 1 } } }));
  await call('query of no index', () => vec.query({ indexName: 'nope', queryVector: [1, 0] }));
  await call('delete an index', () => vec.delete(indexName));
  await call('indexes of no store', () => client.getVector('nope').getIndexes());
}
