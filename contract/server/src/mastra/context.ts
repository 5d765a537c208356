// What got through of the request context that a caller sent.
import type { RequestContext } from '@mastra/core/request-context';
import type { Middleware } from '@mastra/core/server';

/** Leaves out what the server adds; with authentication on that includes the token. */
export function sentBy(context: RequestContext): Record<string, unknown> {
  const own = (key: string) => key.startsWith('mastra__') || (key === 'user' && context.has('mastra__user'));
  return Object.fromEntries([...context.entries()].filter(([key]) => !own(key)));
}

/**
 * Answers every call that has a header X-Echo-Context with what its handler found in the
 * request context, as JSON in a header of the same name. Headers are ASCII, so the rest is escaped.
 */
export const echo: Middleware = {
  path: '/api/*',
  handler: async (c, next) => {
    await next();
    if (!c.req.header('x-echo-context')) return;
    const text = JSON.stringify(sentBy(c.get('requestContext')));
    c.header('X-Echo-Context', text.replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
  },
};
