import { Agent } from '@mastra/core/agent';
import { fakeModel } from '../model/fake';

export const plain = new Agent({
  id: 'plain',
  name: 'plain',
  description: 'Plain agent',
  instructions: 'No memory',
  model: fakeModel('fake-2'),
});
