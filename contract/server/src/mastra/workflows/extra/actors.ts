// Agents and tools as steps.
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { leading, recalling, scripted, watched } from '../../agents/extra';
import { delicate, weather } from '../../tools';
import { double } from '../doubler';

const prompt = z.object({ prompt: z.string() });

export const asking = createWorkflow({ id: 'asking', inputSchema: prompt, outputSchema: z.any() })
  .then(createStep(scripted))
  .commit();

export const watching = createWorkflow({ id: 'watching', inputSchema: prompt, outputSchema: z.any() })
  .then(createStep(watched))
  .commit();

export const remembering = createWorkflow({ id: 'remembering', inputSchema: prompt, outputSchema: z.any() })
  .then(createStep(recalling))
  .then(createStep(leading))
  .commit();

export const sorting = createWorkflow({ id: 'sorting', inputSchema: prompt, outputSchema: z.any() })
  .then(
    createStep(scripted, {
      structuredOutput: { schema: z.object({ kind: z.string(), n: z.number().optional() }) },
      retries: 1,
      metadata: { by: 'kind' },
    }),
  )
  .commit();

// Tripwires within others.
export const fence = createWorkflow({ id: 'fence', inputSchema: prompt, outputSchema: z.any() })
  .then(watching)
  .commit();

export const posts = createWorkflow({ id: 'posts', inputSchema: prompt, outputSchema: z.any() })
  .parallel([createStep(watched), createStep(scripted)])
  .commit();

export const rails = createWorkflow({ id: 'rails', inputSchema: z.array(prompt), outputSchema: z.any() })
  .foreach(createStep(watched), { concurrency: 1 })
  .commit();

const city = z.object({ city: z.string() });

export const fetching = createWorkflow({ id: 'fetching', inputSchema: city, outputSchema: z.any() })
  .then(createStep(weather))
  .commit();

export const breaking = createWorkflow({ id: 'breaking', inputSchema: z.object({ what: z.string() }), outputSchema: z.any() })
  .then(createStep(delicate, { retries: 1, metadata: { fragile: true } }))
  .map(async () => ({ n: 2 }))
  .then({ ...double, metadata: { noted: [1] } })
  .commit();

const question = z.object({ question: z.string() });
const answer = z.object({ answer: z.string() });

const confer = createTool({
  id: 'confer',
  description: 'Confers',
  inputSchema: question,
  outputSchema: answer,
  suspendSchema: question,
  resumeSchema: answer,
  execute: async ({ question }, { workflow, requestContext, resumeData }) => {
    await workflow?.setState({ asked: question });
    if (question === 'who') return { answer: `${requestContext?.get('who')} ${workflow?.workflowId}` };
    if (question === 'break') throw new Error('no such question');
    if (resumeData) return resumeData as { answer: string };
    return (await workflow?.suspend({ question })) as never;
  },
});

export const conferring = createWorkflow({ id: 'conferring', inputSchema: question, outputSchema: z.any() })
  .then(createStep(confer))
  .commit();

// A tool that suspends, within others.
export const chamber = createWorkflow({ id: 'chamber', inputSchema: question, outputSchema: z.any() })
  .then(conferring)
  .commit();

export const council = createWorkflow({ id: 'council', inputSchema: z.array(question), outputSchema: z.any() })
  .foreach(createStep(confer, { metadata: { seats: 2 } }), { concurrency: 2 })
  .commit();

export const lobby = createWorkflow({ id: 'lobby', inputSchema: question, outputSchema: z.any() })
  .branch([
    [async ({ inputData }) => inputData.question !== 'none', createStep(confer, { retries: 1 })],
    [async () => true, createStep(weather)],
  ])
  .commit();

export const porch = createWorkflow({ id: 'porch', inputSchema: z.any(), outputSchema: z.any() })
  .parallel([
    fetching,
    createStep(scripted),
    createStep(weather),
    createStep({ id: 'note', inputSchema: z.any(), outputSchema: z.any(), execute: async ({ inputData }) => inputData }),
    createStep(delicate),
  ])
  .commit();

// All of it together.
export const digest = createWorkflow({ id: 'digest', inputSchema: z.array(city), outputSchema: z.any() })
  .foreach(createStep(weather), { concurrency: 2 })
  .map(async ({ inputData }) => inputData.map(r => ({ prompt: `[[{"text":["${r.city} ","has ${r.tempC}"]}]]` })))
  .foreach(createStep(scripted))
  .map(async ({ inputData }) => ({ prompt: `[[{"text":["${inputData.map(({ text }) => text).join(', ')}"]}]]` }))
  .parallel([createStep(recalling), asking])
  .commit();
