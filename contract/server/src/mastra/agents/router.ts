import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { fakeModel } from '../model/fake';
import { plain } from './plain';

export const router = new Agent({
  id: 'router',
  name: 'router',
  description: 'Routing agent',
  instructions: 'Route',
  model: fakeModel('fake-3'),
  agents: { plain },
  memory: new Memory(),
});
