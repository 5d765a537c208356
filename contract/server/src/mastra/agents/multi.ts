import { Agent } from '@mastra/core/agent';
import { fakeModel } from '../model/fake';

// No retries: the second model is asked as soon as the first fails.
const entry = (id: string) => ({ id, model: fakeModel(id), maxRetries: 0 });

export const multi = new Agent({
  id: 'multi',
  name: 'multi',
  description: 'Two models',
  instructions: 'Switch',
  model: [entry('fake-6'), entry('fake-7')],
});
