// Work that is entered in a file, one line for each execution: what a run has done
// is still known after its process was killed, whichever process did it.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

const enter = (key: string) => appendFileSync(join(process.env.MASTRA_DB_DIR || 'db', 'ledger'), key + '\n');

const entry = z.object({ key: z.string(), ms: z.number() });
const done = z.object({ key: z.string() });
const go = z.object({ go: z.boolean() });

const work = createStep({
  id: 'work',
  inputSchema: entry,
  outputSchema: done,
  execute: async ({ inputData: { key, ms } }) => {
    enter(key); // before the wait: work that a kill cuts off has been done
    await sleep(ms);
    return { key };
  },
});

/** A step that waits, and does its work once it is answered. */
const waits = <Id extends string>(id: Id, suffix = '') =>
  createStep({
    id,
    inputSchema: entry,
    outputSchema: done,
    suspendSchema: z.object({ key: z.string() }),
    resumeSchema: go,
    execute: async ({ inputData: { key, ms }, resumeData, suspend }) => {
      key += suffix;
      if (!resumeData) return suspend({ key });
      enter(key);
      await sleep(ms);
      return { key };
    },
  });

export const entered = createWorkflow({ id: 'entered', inputSchema: entry, outputSchema: done })
  .then(work)
  .commit();

export const enteredLater = createWorkflow({ id: 'entered-later', inputSchema: entry, outputSchema: done })
  .then(waits('wait'))
  .commit();

export const enteredEach = createWorkflow({ id: 'entered-each', inputSchema: z.array(entry), outputSchema: z.array(done) })
  .foreach(waits('each'), { concurrency: 2 })
  .commit();

export const enteredWithin = createWorkflow({ id: 'entered-within', inputSchema: entry, outputSchema: done })
  .then(enteredLater)
  .commit();

export const enteredBeside = createWorkflow({
  id: 'entered-beside',
  inputSchema: entry,
  outputSchema: z.object({ left: done, right: done }),
})
  .parallel([waits('left', '-left'), waits('right', '-right')])
  .commit();
