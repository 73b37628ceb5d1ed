import { expect, test } from 'vitest';
import {
  endOfListRun,
  linkedTask,
  type PushedRun,
  RUN_LIST,
  type TaskRun,
} from '../../support/ai-task-runs.ts';
import { bootGateway } from '../../support/gateway.ts';

const SIZE = 60;

test('run events do not grow with the list, and together tell the whole run', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const { simulator, deps } = gateway;
  const ada = await gateway.signUpWithCredentials();
  const taskId = await ada.createTask();
  for (let index = 0; index < SIZE; index += 1) linkedTask(simulator, { taskId, taskListId: 'list' });
  await ada.ask(RUN_LIST, { id: 'list', maxParallel: 50 });
  const { runs } = await endOfListRun(ada, 'list');

  const bodies = (
    await deps.store.db
      .selectFrom('listEvents')
      .select('body')
      .where('kind', '=', 'LIST_RUN')
      .orderBy('seq')
      .execute()
  ).map(({ body }) => body);
  expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThan(2_000);

  const received = bodies.map((body) => JSON.parse(body) as PushedRun);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect(received[0]).toMatchObject({
    status: 'RUNNING',
    counts: { starting: 0, running: 0, completed: 0, failed: 0 },
    changed: null,
  });
  expect(received.at(-1)).toMatchObject({
    status: 'COMPLETED',
    counts: { starting: 0, running: 0, completed: SIZE, failed: 0 },
    changed: null,
  });
  // All changes together give all runs, and the counts at each moment.
  const latest = new Map<string, TaskRun>();
  const count = (wanted: string) => [...latest.values()].filter(({ status }) => status === wanted).length;
  for (const { changed, counts } of received) {
    if (changed !== null) latest.set(changed.id, changed);
    expect(counts).toEqual({
      starting: count('STARTING'),
      running: count('RUNNING'),
      completed: count('COMPLETED'),
      failed: count('FAILED'),
    });
  }
  expect(latest).toEqual(new Map(runs.map((run) => [run.id, run])));
}, 120_000);
