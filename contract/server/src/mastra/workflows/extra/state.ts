// Steps that share a state.
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const number = z.object({ n: z.number() });
const counted = z.object({ count: z.number(), notes: z.array(z.string()) });
const report = z.object({ count: z.number(), notes: z.array(z.string()) });

const note = <Id extends string>(id: Id) =>
  createStep({
    id,
    inputSchema: number,
    outputSchema: number,
    stateSchema: counted,
    execute: async ({ inputData: { n }, state, setState }) => {
      await setState({ count: state.count + n, notes: [...state.notes, id] });
      if (n === 13) throw new Error('unlucky');
      return { n };
    },
  });

const ask = createStep({
  id: 'ask',
  inputSchema: number,
  outputSchema: number,
  stateSchema: counted,
  suspendSchema: z.object({ count: z.number() }),
  resumeSchema: z.object({ plus: z.number() }),
  execute: async ({ inputData: { n }, state, setState, resumeData, suspend }) => {
    if (n <= 10) return { n };
    if (!resumeData) {
      await setState({ count: state.count + 100, notes: [...state.notes, 'asked'] });
      return suspend({ count: state.count });
    }
    await setState({ count: state.count + resumeData.plus, notes: [...state.notes, 'answered'] });
    return { n };
  },
});

const tell = createStep({
  id: 'tell',
  inputSchema: number,
  outputSchema: report,
  stateSchema: counted,
  execute: async ({ state }) => ({ count: state.count, notes: state.notes }),
});

export const tally = createWorkflow({ id: 'tally', inputSchema: number, outputSchema: report, stateSchema: counted })
  .then(note('note'))
  .then(ask)
  .then(tell)
  .commit();

// A workflow that declares no state takes any.
const set = createStep({
  id: 'set',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n }, setState }) => {
    await setState({ a: n });
    return { n };
  },
});

const setMore = createStep({
  id: 'set-more',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n }, state, setState }) => {
    await setState({ b: (state as { a: number }).a + 1, c: [n] });
    if (n < 0) throw new Error('negative');
    return { n };
  },
});

export const whole = createStep({
  id: 'whole',
  inputSchema: z.any(),
  outputSchema: z.any(),
  execute: async ({ state }) => ({ state }),
});

export const loose = createWorkflow({ id: 'loose', inputSchema: number, outputSchema: z.any() })
  .then(set)
  .then(setMore)
  .then(whole)
  .commit();

// A step that is particular about the state it sets.
const particular = createStep({
  id: 'particular',
  inputSchema: z.object({ value: z.any() }),
  outputSchema: z.any(),
  stateSchema: z.object({ count: z.number() }),
  execute: async ({ inputData: { value }, setState }) => {
    await setState(value);
    return { done: true };
  },
});

export const picky = createWorkflow({ id: 'picky', inputSchema: z.object({ value: z.any() }), outputSchema: z.any() })
  .then(particular)
  .then(whole)
  .commit();

// Nested workflows: one declares its state, the other shares what there is.
const begin = createStep({
  id: 'begin',
  inputSchema: number,
  outputSchema: number,
  execute: async ({ inputData: { n }, setState }) => {
    await setState({ count: n, notes: ['begun'], other: true });
    return { n };
  },
});

export const around = createWorkflow({ id: 'around', inputSchema: number, outputSchema: z.any() })
  .then(begin)
  .then(tally)
  .then(whole)
  .commit();

export const wrapped = createWorkflow({ id: 'wrapped', inputSchema: number, outputSchema: z.any() })
  .then(begin)
  .then(loose)
  .then(whole)
  .commit();

// Steps side by side, and one step for each element.
export const mark = <Id extends string>(id: Id) =>
  createStep({
    id,
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData: { n }, setState }) => {
      await setState({ [id]: n });
      return { n: n + 1 };
    },
  });

const seen = createStep({
  id: 'seen',
  inputSchema: z.number(),
  outputSchema: z.number(),
  suspendSchema: z.object({ item: z.number() }),
  resumeSchema: z.object({ value: z.number() }),
  execute: async ({ inputData, state, setState, resumeData, suspend }) => {
    await setState({ seen: [...((state as { seen?: number[] }).seen ?? []), inputData] });
    if (inputData < 0 && !resumeData) return suspend({ item: inputData });
    return resumeData ? resumeData.value : 2 * inputData;
  },
});

const list = createStep({
  id: 'list',
  inputSchema: z.any(),
  outputSchema: z.array(z.number()),
  execute: async ({ getInitData }) => {
    const { n } = getInitData() as { n: number };
    return [1, n, 3];
  },
});

export const spread = createWorkflow({ id: 'spread', inputSchema: number, outputSchema: z.any() })
  .parallel([mark('left'), mark('right')])
  .then(list)
  .foreach(seen, { concurrency: 1 })
  .then(whole)
  .commit();

// A branch by the state.
type Big = { big?: boolean };

export const chosen = createWorkflow({ id: 'chosen', inputSchema: number, outputSchema: z.any() })
  .branch([
    [async ({ state }) => (state as Big).big === true, mark('big')],
    [async ({ state }) => (state as Big).big !== true, mark('small')],
  ])
  .then(whole)
  .commit();
