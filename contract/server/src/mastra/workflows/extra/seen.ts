// What a step sees of its run, and how else it can end it.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { double } from '../doubler';

const number = z.object({ n: z.number() });

const look = createStep({
  id: 'look',
  description: 'Looks around',
  inputSchema: number,
  outputSchema: z.any(),
  retries: 1,
  execute: async ({ inputData: { n }, getInitData, getStepResult, requestContext, retryCount, runId, workflowId, bail, abort }) => {
    if (n === 2) return bail({ stopped: n });
    if (n === 4) {
      abort();
      return { aborted: true };
    }
    if (n === 6 && retryCount === 0) throw new Error('again');
    return {
      init: getInitData(),
      double: getStepResult(double),
      nothing: getStepResult('later'),
      tenant: requestContext.get('tenant') ?? null,
      retryCount,
      runId,
      workflowId,
    };
  },
});

const later = createStep({
  id: 'later',
  inputSchema: z.any(),
  outputSchema: z.any(),
  execute: async ({ inputData }) => ({ saw: inputData }),
});

export const looking = createWorkflow({ id: 'looking', inputSchema: number, outputSchema: z.any() })
  .then(double)
  .then(look)
  .then(later)
  .commit();

/** A nested workflow that bails ends itself alone. */
export const overlooking = createWorkflow({ id: 'overlooking', inputSchema: number, outputSchema: z.any() })
  .then(looking)
  .map(async ({ inputData }) => ({ inner: inputData }))
  .commit();

// Suspensions with labels.
const gate = <Id extends string>(id: Id, labels: string | string[]) =>
  createStep({
    id,
    inputSchema: number,
    outputSchema: z.any(),
    suspendSchema: z.object({ ask: z.string() }),
    resumeSchema: z.object({ ok: z.boolean() }),
    execute: async ({ inputData: { n }, resumeData, suspendData, suspend }) => {
      if (!resumeData) return suspend({ ask: id }, { resumeLabel: labels });
      return { n, ok: resumeData.ok, asked: suspendData };
    },
  });

export const gated = createWorkflow({ id: 'gated', inputSchema: number, outputSchema: z.any() })
  .then(gate('gate', 'open'))
  .commit();

export const gates = createWorkflow({ id: 'gates', inputSchema: number, outputSchema: z.any() })
  .parallel([gate('north', ['up', 'top']), gate('south', 'down')])
  .commit();

export const walled = createWorkflow({ id: 'walled', inputSchema: number, outputSchema: z.any() })
  .then(gated)
  .commit();

const turnstile = createStep({
  id: 'turnstile',
  inputSchema: z.number(),
  outputSchema: z.number(),
  suspendSchema: z.object({ item: z.number() }),
  resumeSchema: z.object({ value: z.number() }),
  execute: async ({ inputData, resumeData, suspend }) => {
    if (inputData < 0 && !resumeData) return suspend({ item: inputData }, { resumeLabel: `item${inputData}` });
    return resumeData ? resumeData.value : inputData;
  },
});

export const stadium = createWorkflow({ id: 'stadium', inputSchema: z.array(z.number()), outputSchema: z.any() })
  .foreach(turnstile, { concurrency: 2 })
  .commit();
