// The extra world: agents that answer with the parts that the user's message lists.
import { Agent } from '@mastra/core/agent';
import { createDurableAgent } from '@mastra/core/agent/durable';
import { createTool } from '@mastra/core/tools';
import { Memory } from '@mastra/memory';
import { z } from 'zod';
import { scriptedModel } from '../model/scripted';
import { gate, guard } from '../processors';
import { askUser, delicate, weather } from '../tools';

/** Gives back what it is given, which may be anything. */
const give = createTool({
  id: 'give',
  description: 'Gives it back',
  inputSchema: z.object({ value: z.any() }),
  execute: async ({ value }) => value,
});

/** Tells whose request it serves, at once or when it is resumed. */
const whose = createTool({
  id: 'whose',
  description: 'Tells whose request it is',
  inputSchema: z.object({ wait: z.boolean().optional() }),
  outputSchema: z.object({ tenant: z.any() }),
  resumeSchema: z.object({}),
  execute: async ({ wait }, { agent, requestContext }) => {
    if (wait && !agent?.resumeData) return (await agent?.suspend({})) as never;
    return { tenant: requestContext?.get('tenant') ?? null };
  },
});

type Options = Partial<ConstructorParameters<typeof Agent>[0]>;

function obedient(id: string, model: string, options: Options = {}) {
  return new Agent({
    id,
    name: id,
    description: 'Does as it is told',
    instructions: 'Obey',
    model: scriptedModel(model),
    tools: { weather, delicate, 'ask-user': askUser, give, whose },
    ...options,
  });
}

export const scripted = obedient('scripted', 'fake-9');
export const recalling = obedient('recalling', 'fake-10', { memory: new Memory({ options: { lastMessages: 10 } }) });
export const lasting = createDurableAgent({ agent: obedient('lasting', 'fake-11') });
export const enduring = createDurableAgent({
  agent: obedient('enduring', 'fake-14', { memory: new Memory({ options: { lastMessages: 10 } }) }),
});
export const watched = obedient('watched', 'fake-12', { inputProcessors: [guard], outputProcessors: [gate] });
export const leading = obedient('leading', 'fake-13', { agents: { scripted }, memory: new Memory() });
