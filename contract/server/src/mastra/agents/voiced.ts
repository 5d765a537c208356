import { Agent } from '@mastra/core/agent';
import { fakeModel } from '../model/fake';
import { DemoVoice } from '../voice';

export const voiced = new Agent({
  id: 'voiced',
  name: 'voiced',
  description: 'Voiced agent',
  instructions: 'Speak',
  model: fakeModel('fake-8'),
  voice: new DemoVoice(),
});
