// A side effect that can be counted from outside: it shows whether a call that
// was sent twice was also executed twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const input = z.object({ key: z.string(), ms: z.number() });
const output = z.object({ key: z.string(), count: z.number() });

// In the process, not in storage: a restart begins at zero.
const counts = new Map<string, number>();

export const countOf = (key: string) => counts.get(key) ?? 0;

const count = createStep({
  id: 'count',
  inputSchema: input,
  outputSchema: output,
  execute: async ({ inputData: { key, ms } }) => {
    await sleep(ms);
    counts.set(key, countOf(key) + 1);
    return { key, count: countOf(key) };
  },
});

export const counted = createWorkflow({ id: 'counted', inputSchema: input, outputSchema: output })
  .then(count)
  .commit();
