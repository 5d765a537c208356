import { Agent } from '@mastra/core/agent';
import { createDurableAgent } from '@mastra/core/agent/durable';
import { fakeModel } from '../model/fake';
import { delicate, weather } from '../tools';

export const durable = createDurableAgent({
  agent: new Agent({
    id: 'durable',
    name: 'durable',
    description: 'Durable agent',
    instructions: 'Last',
    model: fakeModel('fake-5'),
    tools: { weather, delicate },
  }),
});
