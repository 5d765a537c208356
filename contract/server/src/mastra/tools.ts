// The tools: one plain, one that needs approval, one that asks back.
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';

export const weather = createTool({
  id: 'weather',
  description: 'Weather for a city',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ city: z.string(), tempC: z.number() }),
  execute: async ({ city }) => {
    if (city === 'Nowhere') throw new Error('no such city');
    return { city, tempC: city.length };
  },
});

export const delicate = createTool({
  id: 'delicate',
  description: 'Needs approval',
  inputSchema: z.object({ what: z.string() }),
  outputSchema: z.object({ done: z.string() }),
  requireApproval: true,
  execute: async ({ what }) => ({ done: what }),
});

export const askUser = createTool({
  id: 'ask-user',
  description: 'Asks the user',
  inputSchema: z.object({ question: z.string() }),
  outputSchema: z.object({ answer: z.string() }),
  suspendSchema: z.object({ question: z.string() }),
  resumeSchema: z.object({ answer: z.string() }),
  execute: async ({ question }, { agent }) => {
    if (agent?.resumeData) return { answer: agent.resumeData.answer };
    // What suspend returns is never seen: the run stops here.
    return (await agent?.suspend({ question })) as never;
  },
});
