// Custom routes. They stand at the root, not under /api.
import { registerApiRoute } from '@mastra/core/server';
import { sentBy } from './context';
import { countOf } from './workflows/counted';

/** How often the workflow `counted` has run to its end for a key in this process. */
const counted = registerApiRoute('/counted/:key', {
  method: 'GET',
  handler: async c => c.json({ count: countOf(c.req.param('key')) }),
});

/** What got through of the request context that the caller sent. */
const echoContext = (['GET', 'POST'] as const).map(method =>
  registerApiRoute('/echo-context', {
    method,
    handler: async c => c.json(sentBy(c.get('requestContext'))),
  }),
);

export const apiRoutes = [counted, ...echoContext];
