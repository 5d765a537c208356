// Mappings between steps.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { double, doubler } from '../doubler';

const number = z.object({ n: z.number() });

const sum = createStep({
  id: 'sum',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
  execute: async ({ inputData: { a, b } }) => ({ sum: a + b }),
});

export const mapped = createWorkflow({ id: 'mapped', inputSchema: number, outputSchema: z.any() })
  .then(double)
  .map(async ({ inputData, getInitData, getStepResult }) => {
    if (inputData.n === 26) throw new Error('not mapped');
    return { a: (getInitData() as { n: number }).n, b: getStepResult(double).n };
  })
  .then(sum)
  .map({ total: { step: sum, path: 'sum' }, first: { initData: doubler, path: 'n' }, kind: { value: 'sum', schema: z.string() } }, { id: 'named' })
  .commit();

export const badlyMapped = createWorkflow({ id: 'badlyMapped', inputSchema: number, outputSchema: z.any() })
  .map(async ({ inputData }) => ({ a: inputData.n }))
  .then(sum)
  .commit();
