import { Agent } from '@mastra/core/agent';
import { Memory } from '@mastra/memory';
import { fakeModel } from '../model/fake';
import { askUser, delicate, weather } from '../tools';

export const assistant = new Agent({
  id: 'assistant',
  name: 'assistant',
  description: 'Test assistant',
  instructions: 'Be brief',
  model: fakeModel('fake-1'),
  tools: { weather, delicate, 'ask-user': askUser },
  memory: new Memory({
    options: { lastMessages: 10, workingMemory: { enabled: true, scope: 'resource' } },
  }),
});
