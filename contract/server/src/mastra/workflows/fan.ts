// A foreach whose items can suspend one by one, then a branch.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const size = z.object({ size: z.string(), sum: z.number() });

const twice = createStep({
  id: 'twice',
  inputSchema: z.number(),
  outputSchema: z.number(),
  suspendSchema: z.object({ reason: z.string(), item: z.number() }),
  resumeSchema: z.object({ value: z.number() }),
  execute: async ({ inputData: item, resumeData, suspend }) => {
    if (resumeData) return 2 * resumeData.value;
    if (item < 0) return suspend({ reason: 'negative item', item });
    return 2 * item;
  },
});

const sum = createStep({
  id: 'sum',
  inputSchema: z.array(z.number()),
  outputSchema: z.object({ sum: z.number() }),
  execute: async ({ inputData }) => ({ sum: inputData.reduce((a, b) => a + b, 0) }),
});

const named = <Id extends string>(id: Id) =>
  createStep({
    id,
    inputSchema: z.object({ sum: z.number() }),
    outputSchema: size,
    execute: async ({ inputData }) => ({ size: id, sum: inputData.sum }),
  });

export const fan = createWorkflow({
  id: 'fan',
  inputSchema: z.array(z.number()),
  outputSchema: z.object({ big: size.optional(), small: size.optional() }),
})
  .foreach(twice, { concurrency: 1 })
  .then(sum)
  .branch([
    [async ({ inputData }) => inputData.sum > 10, named('big')],
    [async ({ inputData }) => inputData.sum <= 10, named('small')],
  ])
  .commit();
