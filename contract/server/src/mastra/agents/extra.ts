// The extra world: agents that answer with the parts that the user's message lists.
import { Agent } from '@mastra/core/agent';
import { createDurableAgent } from '@mastra/core/agent/durable';
import { Memory } from '@mastra/memory';
import { scriptedModel } from '../model/scripted';
import { askUser, delicate, weather } from '../tools';

const tools = { weather, delicate, 'ask-user': askUser };

function obedient(id: string, model: string, memory?: Memory) {
  return new Agent({
    id,
    name: id,
    description: 'Does as it is told',
    instructions: 'Obey',
    model: scriptedModel(model),
    tools,
    memory,
  });
}

export const scripted = obedient('scripted', 'fake-9');
export const recalling = obedient('recalling', 'fake-10', new Memory({ options: { lastMessages: 10 } }));
export const lasting = createDurableAgent({ agent: obedient('lasting', 'fake-11') });
