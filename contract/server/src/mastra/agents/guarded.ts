import { Agent } from '@mastra/core/agent';
import { fakeModel } from '../model/fake';
import { gate, guard } from '../processors';

export const guarded = new Agent({
  id: 'guarded',
  name: 'guarded',
  description: 'Guarded agent',
  instructions: 'Guard',
  model: fakeModel('fake-4'),
  inputProcessors: [guard],
  outputProcessors: [gate],
});
