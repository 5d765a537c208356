import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const number = z.object({ n: z.number() });

export const double = createStep({
  id: 'double',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n } }) => {
    if (n < 0) throw new Error('negative');
    return { n: 2 * n };
  },
});

export const doubler = createWorkflow({ id: 'doubler', inputSchema: number, outputSchema: number })
  .then(double)
  .commit();
