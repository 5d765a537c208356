// Loops: a step, or a workflow, again and again.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const number = z.object({ n: z.number() });

type Steps = { steps?: number };

const up = createStep({
  id: 'up',
  inputSchema: number,
  outputSchema: number,
  suspendSchema: z.object({ at: z.number() }),
  resumeSchema: z.object({ to: z.number() }),
  execute: async ({ inputData: { n }, resumeData, suspend, bail, state, setState }) => {
    await setState({ steps: ((state as Steps).steps ?? 0) + 1 });
    if (resumeData) return { n: resumeData.to };
    if (n === 7) return suspend({ at: n });
    if (n === 13) throw new Error('unlucky');
    if (n === 21) return bail({ n: -1 });
    return { n: n + 1 };
  },
});

const last = createStep({
  id: 'last',
  inputSchema: number,
  outputSchema: z.any(),
  execute: async ({ inputData: { n }, state }) => ({ n, steps: (state as Steps).steps }),
});

export const climb = createWorkflow({ id: 'climb', inputSchema: number, outputSchema: z.any() })
  .dowhile(up, async ({ inputData }) => inputData.n % 5 !== 0)
  .then(last)
  .commit();

export const pair = createWorkflow({ id: 'pair', inputSchema: number, outputSchema: number })
  .then(up)
  .then(createStep({
    id: 'plus-ten',
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData: { n } }) => ({ n: n + 10 }),
  }))
  .commit();

export const rounds = createWorkflow({ id: 'rounds', inputSchema: number, outputSchema: z.any() })
  .dountil(pair, async ({ inputData, iterationCount }) => inputData.n > 100 || iterationCount >= 3)
  .then(last)
  .commit();

const pause = createStep({
  id: 'pause',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n }, abortSignal }) => {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, n);
      abortSignal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return { n };
  },
});

export const endless = createWorkflow({ id: 'endless', inputSchema: number, outputSchema: number })
  .dowhile(pause, async () => true)
  .commit();

export const stuck = createWorkflow({ id: 'stuck', inputSchema: number, outputSchema: number })
  .dountil(up, async ({ inputData }) => {
    if (inputData.n > 2) throw new Error('no end in sight');
    return false;
  })
  .commit();
