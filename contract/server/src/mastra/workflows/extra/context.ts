// Workflows and steps that need a request context, and change it.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const number = z.object({ n: z.number() });
const context = z.object({ tenant: z.string() });

const read = createStep({
  id: 'read',
  inputSchema: number,
  outputSchema: z.any(),
  requestContextSchema: context,
  execute: async ({ requestContext }) => ({ tenant: requestContext.get('tenant'), role: (requestContext as unknown as Map<string, unknown>).get('role') ?? null }),
});

const promote = createStep({
  id: 'promote',
  inputSchema: number,
  outputSchema: number,
  resumeSchema: number,
  execute: async ({ inputData: { n }, requestContext, resumeData, suspend }) => {
    (requestContext as unknown as Map<string, unknown>).set('role', n);
    if (n === 5 && !resumeData) return suspend({});
    return { n };
  },
});

export const promoted = createWorkflow({ id: 'promoted', inputSchema: number, outputSchema: z.any() })
  .then(promote)
  .then(read)
  .commit();

export const tenanted = createWorkflow({ id: 'tenanted', inputSchema: number, outputSchema: z.any(), requestContextSchema: context })
  .then(read)
  .commit();

export const housed = createWorkflow({ id: 'housed', inputSchema: number, outputSchema: z.any() })
  .then(promoted)
  .map(async ({ getInitData }) => getInitData<{ n: number }>())
  .then(tenanted)
  .commit();

// As many at a time as there are elements.
const same = createStep({ id: 'same', inputSchema: z.number(), outputSchema: z.number(), execute: async ({ inputData }) => inputData });

export const wide = createWorkflow({ id: 'wide', inputSchema: z.array(z.number()), outputSchema: z.any() })
  .foreach(same, { concurrency: ({ inputData }) => (inputData as number[]).length })
  .commit();
