// Places that wait at once, in workflows within workflows and for each element. Each
// answer is counted, so that one which is carried out twice is seen.
import { setTimeout as sleep } from 'node:timers/promises';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const visit = z.object({ key: z.string() });

// In the process, not in storage: a restart begins at zero.
const answers = new Map<string, number>();

/** Asks, and takes as long as the answer says. */
const bell = <Id extends string>(id: Id) =>
  createStep({
    id,
    inputSchema: visit,
    outputSchema: z.any(),
    suspendSchema: z.object({ ask: z.string(), key: z.string() }),
    resumeSchema: z.object({ say: z.string(), ms: z.number() }),
    execute: async ({ inputData: { key }, resumeData, suspend }) => {
      if (!resumeData) return suspend({ ask: id, key });
      answers.set(key, (answers.get(key) ?? 0) + 1);
      await sleep(resumeData.ms);
      return { said: resumeData.say, key };
    },
  });

/** Tells how many answers were carried out for each key that the workflow began with. */
const heard = createStep({
  id: 'heard',
  inputSchema: z.any(),
  outputSchema: z.any(),
  execute: async ({ inputData, getInitData }) => {
    const began: z.infer<typeof visit>[] = [getInitData()].flat();
    return { heard: inputData, answers: began.map(({ key }) => answers.get(key) ?? 0) };
  },
});

export const room = createWorkflow({ id: 'room', inputSchema: visit, outputSchema: z.any() })
  .parallel([bell('door'), bell('window')])
  .then(heard)
  .commit();

export const house = createWorkflow({ id: 'house', inputSchema: visit, outputSchema: z.any() })
  .parallel([room, bell('gate')])
  .then(heard)
  .commit();

export const street = createWorkflow({ id: 'street', inputSchema: visit, outputSchema: z.any() })
  .then(house)
  .commit();

/** Its steps have dots in their ids. */
export const dotted = createWorkflow({ id: 'dotted', inputSchema: visit, outputSchema: z.any() })
  .parallel([bell('a.b'), bell('a.c')])
  .then(heard)
  .commit();

export const dottedHouse = createWorkflow({ id: 'dottedHouse', inputSchema: visit, outputSchema: z.any() })
  .then(dotted)
  .commit();

export const cottage = createWorkflow({ id: 'cottage', inputSchema: visit, outputSchema: z.any() })
  .then(bell('door'))
  .commit();

export const village = createWorkflow({ id: 'village', inputSchema: z.array(visit), outputSchema: z.any() })
  .foreach(cottage, { concurrency: 3 })
  .then(heard)
  .commit();

export const hotel = createWorkflow({ id: 'hotel', inputSchema: z.array(visit), outputSchema: z.any() })
  .foreach(bell('suite'), { concurrency: 3 })
  .then(heard)
  .commit();

export const inn = createWorkflow({ id: 'inn', inputSchema: z.array(visit), outputSchema: z.any() })
  .foreach(bell('suite'), { concurrency: 1 })
  .then(heard)
  .commit();
