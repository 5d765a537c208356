// Stages that wait.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { double } from '../doubler';

const number = z.object({ n: z.number() });
const time = z.object({ ms: z.number() });

export const nap = createWorkflow({ id: 'nap', inputSchema: number, outputSchema: number })
  .then(double)
  .sleep(300, { id: 'nap-a' })
  .then(double)
  .commit();

const arrive = createStep({
  id: 'arrive',
  inputSchema: time,
  outputSchema: z.any(),
  execute: async ({ inputData: { ms }, state }) => ({ ms, state }),
});

export const naps = createWorkflow({ id: 'naps', inputSchema: time, outputSchema: z.any() })
  .sleep(async ({ inputData }) => inputData.ms)
  .sleepUntil(async ({ inputData, setState }) => {
    await setState({ until: inputData.ms });
    if (inputData.ms === 13) throw new Error('no such date');
    return new Date(Date.now() + inputData.ms);
  }, { id: 'naps-until' })
  .sleepUntil(new Date('2020-01-01T00:00:00.000Z'), { id: 'naps-past' })
  .then(arrive)
  .commit();

/** A workflow that waits as one step of another. */
export const bed = createWorkflow({ id: 'bed', inputSchema: number, outputSchema: number })
  .then(nap)
  .commit();
