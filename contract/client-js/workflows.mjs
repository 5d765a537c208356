// Workflows: runs that are started, streamed, resumed, observed, cancelled and taken back in time.
import { chunksOf } from './record.mjs';

export async function workflows(t) {
  const client = t.client();
  const workflow = id => client.getWorkflow(id);
  const call = (name, make) => t.call(name, make);
  // Making a run is a call of its own.
  const run = async (id, runId) => workflow(id).createRun({ runId });

  await call('list of workflows', () => client.listWorkflows());
  await call('list of workflows in part', () => client.listWorkflows(undefined, true));
  for (const id of ['doubler', 'approval', 'review', 'slowly', 'fan', 'outer', 'flaky', 'counted', 'nope'])
    await call(`details of workflow ${id}`, () => workflow(id).details());
  await call('schema of a workflow', () => workflow('doubler').getSchema());
  await call('create a run', () => run('doubler', 'js-w1'));
  await call('create a run of nothing', () => run('nope', 'js-w1'));

  const inputs = {
    doubler: { n: 2 },
    approval: { n: 3 },
    review: { n: 1 },
    fan: [1, 2, 30],
    outer: { n: 3 },
    flaky: { failures: 1 },
    counted: { key: 'js', ms: 1 },
    slowly: { ms: 10 },
  };
  for (const [id, inputData] of Object.entries(inputs)) {
    await call(`start ${id}`, async () => (await run(id, `js-a-${id}`)).startAsync({ inputData }));
    await call(`stream ${id}`, async () => chunksOf(await (await run(id, `js-s-${id}`)).stream({ inputData })));
    await call(`run of ${id}`, () => workflow(id).runById(`js-a-${id}`));
  }
  await call('start with bad input', async () => (await run('doubler', 'js-bad')).startAsync({ inputData: { n: 'x' } }));
  await call('stream with bad input', async () => chunksOf(await (await run('doubler', 'js-bad-s')).stream({ inputData: { n: 'x' } })));
  await call('a step that fails', async () => (await run('doubler', 'js-fail')).startAsync({ inputData: { n: -1 } }));
  await call('stream of a step that fails', async () => chunksOf(await (await run('doubler', 'js-fail-s')).stream({ inputData: { n: -1 } })));
  await call('stream of a run that has finished', async () => (await run('doubler', 'js-s-doubler')).stream({ inputData: { n: 2 } }));
  await call('start and do not wait', async () => (await run('doubler', 'js-fire')).start({ inputData: { n: 2 } }));

  await call('observe a finished run', async () => chunksOf(await (await run('doubler', 'js-s-doubler')).observe()));
  await call('observe from the middle', async () => chunksOf(await (await run('doubler', 'js-s-doubler')).observe({ offset: 2 })));
  await call('observe a suspended run', async () => chunksOf(await (await run('approval', 'js-s-approval')).observe()));

  const yes = { step: 'approve', resumeData: { approved: true } };
  await call('resume with data that does not fit', async () => (await run('approval', 'js-a-approval')).resumeAsync({ step: 'approve', resumeData: { approved: 'x' } }));
  await call('resume an unknown step', async () => (await run('approval', 'js-a-approval')).resumeAsync({ step: 'zzz', resumeData: {} }));
  await call('resume', async () => (await run('approval', 'js-a-approval')).resumeAsync(yes));
  await call('resume twice', async () => (await run('approval', 'js-a-approval')).resumeAsync(yes));
  await call('resume in a stream', async () => chunksOf(await (await run('approval', 'js-s-approval')).resumeStream(yes)));
  await call('resume in a stream twice', async () => chunksOf(await (await run('approval', 'js-s-approval')).resumeStream(yes)));
  await call('resume a nested step', async () => (await run('outer', 'js-a-outer')).resumeAsync({ ...yes, step: ['approval', 'approve'] }));
  await call('resume one of two steps', async () => (await run('review', 'js-a-review')).resumeAsync({ step: 'left', resumeData: { approved: true } }));
  await call('resume without saying which of two', async () => (await run('review', 'js-s-review')).resumeAsync({ resumeData: { approved: true } }));
  await call('start a foreach that suspends', async () => (await run('fan', 'js-each')).startAsync({ inputData: [1, -2, 3] }));
  await call('resume an item', async () => (await run('fan', 'js-each')).resumeAsync({ step: 'twice', resumeData: { value: 5 }, forEachIndex: 1 }));
  await call('start to resume without waiting', async () => (await run('approval', 'js-nowait')).startAsync({ inputData: { n: 1 } }));
  await call('resume without waiting', async () => (await run('approval', 'js-nowait')).resumeNoWait(yes));
  await call('resume and do not wait', async () => (await run('approval', 'js-nowait')).resume(yes));

  await call('cancel a suspended run', async () => (await run('review', 'js-a-review')).cancel());
  await call('cancel a run that streams', async () => {
    const slow = await run('slowly', 'js-slow');
    const stream = await slow.stream({ inputData: { ms: 20000 } });
    const reader = stream.getReader();
    const chunks = [];
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      if (next.value.type === 'workflow-step-start') await slow.cancel();
    }
    return chunks;
  });
  await call('a cancelled run', () => workflow('slowly').runById('js-slow'));
  await call('go back in time', async () => (await run('doubler', 'js-a-doubler')).timeTravelAsync({ step: 'double', inputData: { n: 10 } }));
  await call('go back in time in a stream', async () => chunksOf(await (await run('doubler', 'js-a-doubler')).timeTravelStream({ step: 'double', inputData: { n: 11 } })));
  await call('go back in time and do not wait', async () => (await run('doubler', 'js-a-doubler')).timeTravel({ step: 'double', inputData: { n: 12 } }));
  await call('go back to an unknown step', async () => (await run('doubler', 'js-s-doubler')).timeTravelAsync({ step: 'zzz' }));
  await call('restart a finished run', async () => (await run('doubler', 'js-s-doubler')).restartAsync());
  await call('restart and do not wait', async () => (await run('doubler', 'js-s-doubler')).restart({}));

  await call('runs of a workflow', () => workflow('fan').runs());
  await call('one page of runs', () => workflow('fan').runs({ page: 0, perPage: 1 }));
  await call('runs of a status', () => workflow('fan').runs({ status: 'success' }));
  await call('some fields of a run', () => workflow('fan').runById('js-each', { fields: ['result', 'steps'] }));
  await call('a run that there is not', () => workflow('fan').runById('nope'));
  await call('delete a run', () => workflow('fan').deleteRunById('js-each'));
  await call('delete a run twice', () => workflow('fan').deleteRunById('js-each'));
}
