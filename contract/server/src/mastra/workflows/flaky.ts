import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const input = z.object({ failures: z.number() });
const output = z.object({ attempts: z.number() });

const attempt = createStep({
  id: 'attempt',
  inputSchema: input,
  outputSchema: output,
  retries: 2,
  execute: async ({ inputData: { failures }, retryCount }) => {
    const attempts = retryCount + 1;
    if (attempts <= failures) throw new Error(`flaky ${attempts}`);
    return { attempts };
  },
});

export const flaky = createWorkflow({ id: 'flaky', inputSchema: input, outputSchema: output })
  .then(attempt)
  .commit();
