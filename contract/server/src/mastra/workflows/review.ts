// Two suspensions at the same time, with payloads that tell them apart.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const input = z.object({ n: z.number() });
const verdict = z.object({ approved: z.boolean() });
const request = z.object({
  reason: z.string(),
  requiredApprovers: z.array(z.string()),
  urgency: z.string(),
});

const reviewer = <Id extends string>(id: Id, payload: z.infer<typeof request>) =>
  createStep({
    id,
    inputSchema: input,
    outputSchema: verdict,
    suspendSchema: request,
    resumeSchema: verdict,
    execute: async ({ resumeData, suspend }) => {
      if (!resumeData) return suspend(payload);
      return { approved: resumeData.approved };
    },
  });

const left = reviewer('left', {
  reason: 'left must look',
  requiredApprovers: ['ann', 'bob'],
  urgency: 'high',
});
const right = reviewer('right', {
  reason: 'right must look',
  requiredApprovers: ['cleo'],
  urgency: 'low',
});

export const review = createWorkflow({
  id: 'review',
  inputSchema: input,
  outputSchema: z.object({ left: verdict, right: verdict }),
})
  .parallel([left, right])
  .commit();
