// Stages within stages.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { double } from '../doubler';
import { climb } from './looping';
import { nap } from './sleeping';
import { mark, whole } from './state';

const number = z.object({ n: z.number() });

// A workflow for each element.
const join = createStep({
  id: 'join',
  inputSchema: number,
  outputSchema: number,
  suspendSchema: z.object({ who: z.number() }),
  resumeSchema: z.object({ as: z.number() }),
  execute: async ({ inputData: { n }, state, setState, resumeData, suspend, bail }) => {
    await setState({ crew: [...((state as { crew?: number[] }).crew ?? []), n] });
    if (n < 0 && !resumeData) return suspend({ who: n }, { resumeLabel: `crew${n}` });
    if (n === 0) return bail({ n: 100 });
    if (n === 13) throw new Error('unlucky');
    return { n: resumeData ? resumeData.as : n };
  },
});

export const crew = createWorkflow({ id: 'crew', inputSchema: number, outputSchema: number })
  .then(join)
  .then(double)
  .commit();

export const fleet = createWorkflow({ id: 'fleet', inputSchema: z.array(number), outputSchema: z.any() })
  .foreach(crew, { concurrency: 1 })
  .then(whole)
  .commit();

export const armada = createWorkflow({ id: 'armada', inputSchema: z.array(number), outputSchema: z.any() })
  .foreach(crew, { concurrency: 3 })
  .commit();

// Workflows side by side.
export const leftWing = createWorkflow({ id: 'leftWing', inputSchema: number, outputSchema: number })
  .sleep(60, { id: 'wing-nap' })
  .then(mark('feather'))
  .commit();

export const wings = createWorkflow({ id: 'wings', inputSchema: number, outputSchema: z.any() })
  .parallel([leftWing, climb, mark('tail')])
  .then(whole)
  .commit();

// Steps that bail beside others.
const bailer = <Id extends string>(id: Id) =>
  createStep({
    id,
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData: { n }, bail, setState }) => {
      await setState({ [id]: 'bailed' });
      return bail({ n: -n });
    },
  });

export const abreast = createWorkflow({ id: 'abreast', inputSchema: number, outputSchema: z.any() })
  .parallel([bailer('one'), mark('two')])
  .then(whole)
  .commit();

const each = createStep({
  id: 'each',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n }, bail }) => {
    if (n === 0) return bail({ n: 100 });
    return { n };
  },
});

export const queue = createWorkflow({ id: 'queue', inputSchema: z.array(number), outputSchema: z.any() })
  .foreach(each, { concurrency: 1 })
  .then(whole)
  .commit();

// A branch with more than one arm taken.
const door = createStep({
  id: 'door',
  inputSchema: number,
  outputSchema: z.any(),
  suspendSchema: z.object({ knock: z.boolean() }),
  resumeSchema: z.object({ open: z.boolean() }),
  execute: async ({ resumeData, suspend }) => {
    if (!resumeData) return suspend({ knock: true });
    if (!resumeData.open) throw new Error('stays shut');
    return { open: true };
  },
});

export const forked = createWorkflow({ id: 'forked', inputSchema: number, outputSchema: z.any() })
  .branch([
    [async ({ inputData }) => inputData.n > 0, door],
    [async ({ inputData }) => inputData.n > 1, mark('path')],
    [async ({ inputData }) => inputData.n > 2, bailer('exit')],
    [
      async () => {
        throw new Error('no way');
      },
      mark('never'),
    ],
  ])
  .then(whole)
  .commit();

/** Of its arms one takes long. */
export const split = createWorkflow({ id: 'split', inputSchema: number, outputSchema: z.any() })
  .branch([
    [async () => true, nap],
    [async () => true, mark('quick')],
  ])
  .commit();

/** Of its steps one takes long. */
export const twin = createWorkflow({ id: 'twin', inputSchema: number, outputSchema: z.any() })
  .parallel([nap, mark('quick')])
  .commit();

// Everything with an id and a description.
const described = createStep({
  id: 'described',
  description: 'Has a description',
  inputSchema: z.any(),
  outputSchema: z.any(),
  stateSchema: z.object({ mood: z.string().optional() }),
  execute: async ({ inputData }) => inputData,
});

export const inner = createWorkflow({ id: 'inner', description: 'Lies within', inputSchema: z.any(), outputSchema: z.any(), stateSchema: z.object({ mood: z.string().optional() }) })
  .then(described)
  .map(async ({ inputData }) => inputData)
  .commit();

export const named = createWorkflow({ id: 'named', description: 'Has names', inputSchema: number, outputSchema: z.any() })
  .parallel([mark('p1'), mark('p2')], { id: 'both' })
  .map(async () => ({ n: 1 }))
  .branch([[async () => true, mark('b1')]], { id: 'fork' })
  .map(async () => ({ n: 1 }))
  .dowhile(mark('w1'), async () => false, { id: 'while' })
  .map(async () => [{ n: 1 }])
  .foreach(each, { id: 'each-of', concurrency: 2 })
  .map(async () => ({ n: 1 }), { id: 'mapping_named_4' })
  .map(async () => ({ n: 2 }))
  .sleep(1, { id: 'short' })
  .then(inner)
  .commit();

// Retries that the workflow asks for.
const attempt = createStep({
  id: 'attempt',
  inputSchema: number,
  outputSchema: z.any(),
  resumeSchema: z.object({ n: z.number() }),
  execute: async ({ inputData: { n }, retryCount, setState, resumeData, suspend }) => {
    await setState({ [`try${retryCount}`]: true });
    if (n === 5 && !resumeData) return suspend({});
    if (retryCount < (resumeData?.n ?? n)) throw new Error(`try ${retryCount}`);
    return { retryCount };
  },
});

export const stubborn = createWorkflow({ id: 'stubborn', inputSchema: number, outputSchema: z.any(), retryConfig: { attempts: 2, delay: 1 } })
  .then(attempt)
  .commit();

// Suspensions that are not as they should be.
const odd = createStep({
  id: 'odd',
  inputSchema: number,
  outputSchema: z.any(),
  suspendSchema: z.object({ list: z.array(z.object({ k: z.string() })) }),
  execute: async ({ inputData: { n }, suspend, resumeData }) => {
    const bad = suspend as (payload?: unknown) => Promise<never>;
    if (resumeData) return { resumed: resumeData };
    if (n === 1) return bad({ list: [{ k: 'a' }, { k: 2 }] });
    if (n === 2) return bad();
    if (n === 3) return bad({ list: [{ k: 'a', more: 1 }], other: true });
    return { n };
  },
});

export const oddly = createWorkflow({ id: 'oddly', inputSchema: number, outputSchema: z.any() })
  .then(odd)
  .commit();

// What results steps can see.
export const results = createWorkflow({ id: 'results', inputSchema: number, outputSchema: z.any() })
  .map(async ({ inputData }) => inputData, { id: 'm' })
  .sleep(1, { id: 's' })
  .then(climb)
  .map(async () => [{ n: 1 }, { n: 2 }], { id: 'l' })
  .foreach(each)
  .map(async ({ getStepResult }) => ({
    m: getStepResult('m'),
    s: getStepResult('s'),
    climb: getStepResult('climb'),
    up: getStepResult('up'),
    each: getStepResult('each'),
    self: getStepResult('r'),
  }), { id: 'r' })
  .commit();
