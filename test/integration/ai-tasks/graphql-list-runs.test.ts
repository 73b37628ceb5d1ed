import { expect, test } from 'vitest';
import { gatewayOnBehalfOf } from '../../../src/viewer.ts';
import {
  diamond,
  GET_LIST_RUN,
  type ListRun,
  linkedTask,
  listRunOf,
  PUSHED_RUN,
  type PushedRun,
  RUN_LIST,
  TASK_RUN,
  type TaskRun,
} from '../../support/ai-task-runs.ts';
import { credentialsOf, DELETE_CREDENTIAL } from '../../support/credentials.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { openEvents } from '../../support/sse-client.ts';

const FOLLOW = `subscription ($id: ID!, $after: ID) {
  run: aiTaskListRunChanged(taskListId: $id, after: $after) { ${PUSHED_RUN} cursor }
}`;

interface Pushed {
  run: PushedRun & { cursor: string };
}

async function bootDiamond(options: Parameters<typeof bootGateway>[0] = {}) {
  const gateway = await bootGateway(options);
  const ada = await gateway.signUpWithCredentials();
  const taskIds: string[] = [];
  for (let index = 0; index < 4; index += 1) taskIds.push(await ada.createTask());
  const ids = diamond(gateway.simulator, 'release-42', taskIds);
  return { gateway, ada, taskIds, ids, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

function numbers(pushes: readonly Pushed[]): number[] {
  return pushes.map(({ run }) => Number(run.cursor));
}

test('Subscription.aiTaskListRunChanged sends the run and every change to its end', async () => {
  await using world = await bootDiamond();
  const { ada } = world;
  const { run } = await ada.ask<{ run: ListRun }>(RUN_LIST, { id: 'release-42' });
  await using stream = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42' });
  const received = await stream.rest(20_000);

  expect(new Set(received.map((push) => push.run.id))).toEqual(new Set([run.id]));
  expect(numbers(received)).toEqual(numbers(received).toSorted((one, other) => one - other));
  expect(new Set(numbers(received)).size).toBe(received.length);
  const counts = { starting: 0, running: 0, completed: 4, failed: 0 };
  expect(received.at(-1)?.run).toMatchObject({ status: 'COMPLETED', counts, changed: null });
  const whole = await listRunOf(ada, 'release-42');
  expect(whole.counts).toEqual(counts);
  expect(whole.runs.map(({ status }) => status)).toEqual(Array(4).fill('COMPLETED'));
  // The last push of each run equals its final state.
  for (const one of whole.runs) {
    expect(received.findLast((push) => push.run.changed?.id === one.id)?.run.changed).toEqual(one);
  }
  // No push repeats a change, and none is empty.
  const bodies = received.map(({ run: { cursor: _, ...rest } }) => JSON.stringify(rest));
  expect(new Set(bodies).size).toBe(bodies.length);

  await using log = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42', after: '0' });
  const all = await log.rest();
  expect(all[0]?.run).toMatchObject({ status: 'RUNNING', changed: null });
  expect(all[0]?.run.counts).toEqual({ starting: 0, running: 0, completed: 0, failed: 0 });
  expect(all.slice(-received.length)).toEqual(received);
  const middle = all[Math.floor(all.length / 2)]?.run.cursor;
  await using resumed = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42', after: middle });
  expect(await resumed.rest()).toEqual(all.filter(({ run }) => Number(run.cursor) > Number(middle)));
  await using late = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42' });
  expect(await late.rest()).toEqual(received.slice(-1));
  await using nothing = ada.subscribe<Pushed>(FOLLOW, {
    id: 'release-42',
    after: received.at(-1)?.run.cursor,
  });
  expect(await nothing.rest()).toEqual([]);
});

test('Mutation.stopAiTaskList ends a run and its subscription; a cursor reads on', async () => {
  await using world = await bootDiamond({ simulator: { script: { endless: true } } });
  const { ada, gateway } = world;
  const started = async () => (await ada.ask<{ run: ListRun }>(RUN_LIST, { id: 'release-42' })).run.id;
  const stop = () =>
    ada.ask('mutation { stopAiTaskList(taskListId: "release-42", stopDeployments: true) { id } }');
  const first = await started();
  await using stream = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42' });
  const before = await stream.until(({ run }) => run.changed?.status === 'RUNNING');
  await stop();
  const rest = await stream.rest();
  expect(rest.at(-1)?.run).toMatchObject({ id: first, status: 'STOPPED' });
  const [top] = gateway.simulator.quantcdn.state().tasks;
  gateway.simulator.quantcdn.updateTask(top?.taskId ?? '', { status: 'pending' });
  const second = await started();

  await using back = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42', after: before.at(-1)?.run.cursor });
  const received = await back.until(({ run }) => run.id === second);
  expect(received.slice(0, -1)).toEqual(rest);
  await stop();
  expect((await back.rest()).at(-1)?.run).toMatchObject({ id: second, status: 'STOPPED' });
});

test('AiTaskListRun.runs in a push are all runs at that time, as in a read', async () => {
  await using world = await bootDiamond({ simulator: { script: { endless: true } } });
  const { ada, gateway } = world;
  await ada.ask(RUN_LIST, { id: 'release-42' });
  await using stream = ada.subscribe<{ run: { changed: TaskRun | null; runs: TaskRun[] } }>(
    `subscription ($id: ID!) {
      run: aiTaskListRunChanged(taskListId: $id, after: "0") { changed { ${TASK_RUN} } runs { ${TASK_RUN} } }
    }`,
    { id: 'release-42' },
  );
  const received = await stream.until(({ run }) => run.changed?.status === 'RUNNING');
  expect(received.at(-1)?.run.runs).toEqual([received.at(-1)?.run.changed]);
  const read = await ada.ask<{ run: ListRun & { changed: null } }>(
    GET_LIST_RUN.replace('runs {', 'changed { id } runs {'),
    { id: 'release-42' },
  );
  expect(read.run).toMatchObject({ changed: null, runs: received.at(-1)?.run.runs });
  expect(read.run.counts).toEqual({ starting: 0, running: 1, completed: 0, failed: 0 });

  const { aiTaskListRuns } = gateway.deps.services;
  const bob = await gateway.signUp('bob@example.com');
  const { viewer } = await bob.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const stranger = gatewayOnBehalfOf({ id: viewer.id, name: 'bob' });
  expect(await aiTaskListRuns.taskRunsOf(stranger, [read.run.id])).toEqual(new Map([[read.run.id, []]]));
});

test('a list that was never run has no run to follow', async () => {
  await using world = await bootDiamond({ polls: false });
  await using stream = world.ada.subscribe<Pushed>(FOLLOW, { id: 'release-42' });
  expect(await stream.failure()).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});

test("deleting a run's credential ends its subscriptions", async () => {
  await using world = await bootDiamond({ simulator: { script: { endless: true } } });
  const { ada } = world;
  await ada.ask(RUN_LIST, { id: 'release-42' });
  await using stream = ada.subscribe<Pushed>(FOLLOW, { id: 'release-42' });
  await stream.next();
  const stored = (await credentialsOf(ada)).find(({ provider }) => provider === 'QUANTCDN');
  await ada.ask(DELETE_CREDENTIAL, { id: stored?.id });
  expect(await stream.failure()).toMatchObject([{ extensions: { code: 'CREDENTIAL_MISSING' } }]);
});

function eventsOf({ url }: Gateway): string {
  return `${url}/v1/ai-task-lists/release-42/events`;
}

test('Mutation.runAiTaskList and Query.aiTaskListRun over REST share one event stream', async () => {
  await using world = await bootDiamond();
  const { ada, gateway, ids, taskIds } = world;
  const post = async (path: string, body?: object, key?: string) => {
    const init = {
      method: 'POST',
      body: body && JSON.stringify(body),
      headers: key ? { 'idempotency-key': key } : {},
    };
    const response = await ada.request(path, init as RequestInit);
    return { status: response.status, body: (await response.json()) as ListRun & { code?: string } };
  };
  const begun = await post('/v1/ai-task-lists/release-42/run', { maxParallel: 2 }, 'k1');
  expect([begun.status, begun.body.status]).toEqual([201, 'RUNNING']);
  const again = await post('/v1/ai-task-lists/release-42/run', { maxParallel: 2 }, 'k1');
  expect([again.status, again.body.id]).toEqual([201, begun.body.id]);
  const differently = await post('/v1/ai-task-lists/release-42/run', { maxParallel: 3 }, 'k1');
  expect([differently.status, differently.body.code]).toEqual([409, 'CONFLICT']);

  await using stream = await openEvents(eventsOf(gateway), ada.tokens.accessToken);
  const received: { kind: string; task?: { id: string; status: string }; run?: PushedRun }[] = [];
  const isEnd = () => received.at(-1)?.run?.status === 'COMPLETED';
  while (!isEnd()) received.push((await stream.next<(typeof received)[number]>()).json);
  expect(new Set(received.map(({ kind }) => kind))).toEqual(new Set(['TASK', 'LIST_RUN']));
  const state = await ada.request('/v1/ai-task-lists/release-42/run');
  const { runs, ...rest } = (await state.json()) as ListRun;
  expect({ ...rest, changed: null }).toEqual(received.at(-1)?.run);
  expect(rest.counts).toEqual({ starting: 0, running: 0, completed: 4, failed: 0 });
  expect(runs.map(({ status }) => status)).toEqual(Array(4).fill('COMPLETED'));
  for (const event of received) expect(event.run ?? {}).not.toHaveProperty('runs');
  const page = await ada.request(`/v1/ai-task-lists/release-42/events?first=${received.length}`);
  expect(((await page.json()) as { events: unknown[] }).events).toEqual(received);
  expect((await post('/v1/ai-task-lists/release-42/run/stop')).body.status).toBe('COMPLETED');
  expect((await post(`/v1/ai-tasks/${ids[0]}/runs`)).body.code).toBe('CONFLICT');

  const alone = linkedTask(gateway.simulator, { taskId: taskIds[0] ?? '' });
  const one = await post(`/v1/ai-tasks/${alone}/runs`, undefined, 'k2');
  expect([one.status, one.body]).toEqual([201, expect.objectContaining({ aiTaskId: alone })]);
  expect((await post(`/v1/ai-tasks/${alone}/runs`, undefined, 'k2')).body.id).toBe(one.body.id);
});
