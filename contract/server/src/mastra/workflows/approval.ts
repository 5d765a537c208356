import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { double } from './doubler';

const input = z.object({ n: z.number() });
const output = z.object({ n: z.number(), approved: z.boolean() });

const approve = createStep({
  id: 'approve',
  inputSchema: input,
  outputSchema: output,
  suspendSchema: z.object({ reason: z.string() }),
  resumeSchema: z.object({ approved: z.boolean() }),
  execute: async ({ inputData: { n }, resumeData, suspend }) => {
    if (!resumeData) return suspend({ reason: 'needs approval' });
    return { n, approved: resumeData.approved };
  },
});

export const approval = createWorkflow({ id: 'approval', inputSchema: input, outputSchema: output })
  .then(double)
  .then(approve)
  .commit();

/** The same workflow as one step of another: its suspensions have a path of two. */
export const outer = createWorkflow({ id: 'outer', inputSchema: input, outputSchema: output })
  .then(approval)
  .commit();
