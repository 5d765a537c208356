// Off unless a token is given: most callers want an open server on loopback.
import { SimpleAuth } from '@mastra/core/server';

const token = process.env.MASTRA_DEMO_TOKEN;

export const auth = token
  ? new SimpleAuth({ tokens: { [token]: { id: 'demo', name: 'Demo user' } } })
  : undefined;
