import { createScorer } from '@mastra/core/evals';

export const len = createScorer({ id: 'len', description: 'length' }).generateScore(() => 1);
