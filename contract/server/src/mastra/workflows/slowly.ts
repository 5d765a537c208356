import { setTimeout as sleep } from 'node:timers/promises';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const input = z.object({ ms: z.number() });
const output = z.object({ ok: z.literal(true) });

const wait = createStep({
  id: 'wait',
  inputSchema: input,
  outputSchema: output,
  execute: async ({ inputData: { ms }, abortSignal }) => {
    // A cancelled run must end now; that it was cancelled is the engine's to say.
    await sleep(ms, undefined, { signal: abortSignal }).catch(() => undefined);
    return { ok: true as const };
  },
});

export const slowly = createWorkflow({ id: 'slowly', inputSchema: input, outputSchema: output })
  .then(wait)
  .commit();
