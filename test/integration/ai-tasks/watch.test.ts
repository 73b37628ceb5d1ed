import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import { NEVER, nextDueAtMs } from '../../../src/store/coordination/watches.ts';
import { bootLists, CHANGES, type PushedTask, summaryOf } from '../../support/ai-lists.ts';
import type { GraphQLAnswer } from '../../support/client.ts';
import { credentialsOf, DELETE_CREDENTIAL, saveQuantCdn } from '../../support/credentials.ts';
import { moveLogOn } from '../../support/log.ts';
import type { Stream } from '../../support/stream.ts';

const INTEREST_MS = 300_000;

async function codeOf(stream: Stream<unknown>): Promise<unknown> {
  return ((await stream.failure()) as NonNullable<GraphQLAnswer['errors']>)[0]?.extensions.code;
}

test('200 subscribers of one list cost one upstream poll per interval', async () => {
  await using world = await bootLists();
  const { make, ada, other, nextPoll, cost, gateway } = world;
  const ids = ['Draft', 'Review', 'Publish'].map((title) => make('release-42', { title }));
  const received: PushedTask[] = [];
  const failures: unknown[] = [];
  const sockets = Array.from({ length: 4 }, () =>
    createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${ada.tokens.accessToken}` },
    }),
  );
  const whole = CHANGES.replace('metadata', '');
  for (const socket of sockets) {
    for (let index = 0; index < 50; index += 1) {
      socket.subscribe<PushedTask>(
        { query: whole.replace('progressMessage', ''), variables: { list: 'release-42' } },
        {
          next: ({ data }) => data && received.push(data),
          error: (error) => failures.push(error),
          complete: () => undefined,
        },
      );
    }
  }
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(200 * ids.length);
  expect(cost()).toEqual({ listTasks: 1 });

  await nextPoll();
  expect(cost()).toEqual({ listTasks: 1 });
  for (const id of ids.slice(1)) other.updateTask(id, { status: 'in_progress' });
  await nextPoll();
  await expect.poll(() => received.length, { timeout: 20_000 }).toBe(200 * (ids.length + 2));
  expect(cost()).toEqual({ listTasks: 1, getTask: 2 });
  for (const socket of sockets) await socket.dispose();
  expect(failures).toEqual([]);
});

test('a change is pushed in full: no subscriber causes another upstream call', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, advance, cost } = world;
  const id = make('release-42', { title: 'Draft' });
  await using one = follow('release-42');
  await using two = follow('release-42', '0');
  await one.next();
  await two.next();
  cost();
  await advance(1);

  other.updateTask(id, { progressMessage: 'half', metadata: { a: 1 } });
  await nextPoll();
  for (const stream of [one, two]) {
    expect((await stream.next()).task).toMatchObject({ progressMessage: 'half', metadata: { a: 1 } });
  }
  expect(cost()).toEqual({ listTasks: 1, getTask: 1 });
});

test('a list is watched for a limited time after its last subscriber has left', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, advance, cost, gateway } = world;
  const id = make('release-42', { title: 'Draft' });
  const watches = () => gateway.deps.store.db.selectFrom('watches').selectAll().execute();
  let cursor: string;
  {
    await using stream = follow('release-42');
    cursor = (await stream.next()).task.cursor;
  }
  other.updateTask(id, { status: 'in_progress' });
  await nextPoll();
  cost();
  {
    await using back = follow('release-42', cursor);
    expect(summaryOf(await back.next())).toBe('Draft: IN_PROGRESS');
    expect(cost()).toEqual({});
  }
  expect(await watches()).toMatchObject([{ kind: 'AI_TASK_LIST', scope: 'release-42' }]);

  await advance(INTEREST_MS);
  await nextPoll();
  expect(await watches()).toEqual([]);
  expect(cost()).toEqual({});
  other.updateTask(id, { status: 'completed' });
  make('release-42', { title: 'Made meanwhile' });

  await using late = follow('release-42');
  expect(summaryOf(await late.next())).toBe('Made meanwhile: PENDING');
  expect(late.pending()).toEqual([]);
  expect(await nextPoll()).toBe(0);
  expect(summaryOf(await late.next())).toBe('Draft: COMPLETED');
  await nextPoll();
  expect(late.pending()).toEqual([]);
});

test('a subscriber that stays keeps the list watched', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, gateway } = world;
  const id = make('release-42', { title: 'Draft' });
  await using stream = follow('release-42');
  await stream.next();
  const wantedUntil = async () =>
    (await gateway.deps.store.db.selectFrom('watches').select('wantedUntil').executeTakeFirst())
      ?.wantedUntil ?? 0;
  const before = await wantedUntil();

  for (let waitedMs = 0; waitedMs < INTEREST_MS; ) waitedMs += await nextPoll();
  expect(await wantedUntil()).toBeGreaterThan(before);
  other.updateTask(id, { status: 'completed' });
  await nextPoll();
  expect(summaryOf(await stream.next())).toBe('Draft: COMPLETED');
});

test('deleting a credential ends its own watches only', async () => {
  await using world = await bootLists();
  const { make, follow, ada, gateway, other, nextPoll } = world;
  make('release-42', { title: 'Draft' });
  const second = await saveQuantCdn(ada, { label: 'second' });
  const first = (await credentialsOf(ada)).find((one) => one.provider === 'QUANTCDN' && one.isDefault);
  await using ended = follow('release-42');
  await using kept = ada.subscribe<PushedTask>(CHANGES, { list: 'release-42', with: second.id });
  await ended.next();
  await kept.next();

  await ada.ask(DELETE_CREDENTIAL, { id: first?.id });
  expect(await codeOf(ended)).toBe('CREDENTIAL_MISSING');
  const watches = await gateway.deps.store.db.selectFrom('watches').selectAll().execute();
  expect(watches.map(({ credentialId }) => credentialId)).toEqual([second.id]);
  const [task] = other.state().tasks;
  other.updateTask(task?.taskId ?? '', { status: 'completed' });
  await nextPoll();
  expect(summaryOf(await kept.next())).toBe('Draft: COMPLETED');
  await ada.ask(DELETE_CREDENTIAL, { id: second.id });
  expect(await codeOf(kept)).toBe('CREDENTIAL_MISSING');
  await using none = follow('release-42', '0');
  expect(await codeOf(none)).toBe('CREDENTIAL_MISSING');
});

test('a refused credential ends subscriptions; after recovery nothing was missed', async () => {
  await using world = await bootLists();
  const { make, follow, ada, other, nextPoll, gateway } = world;
  const id = make('release-42', { title: 'Draft' });
  await using stream = follow('release-42');
  const { cursor } = (await stream.next()).task;
  other.removeToken(seededQuantCdnToken.name);
  other.updateTask(id, { status: 'in_progress' });

  await nextPoll();
  expect(await codeOf(stream)).toBe('CREDENTIAL_REJECTED');
  await using refused = follow('release-42', cursor);
  expect(await codeOf(refused)).toBe('CREDENTIAL_REJECTED');

  other.addToken(seededQuantCdnToken);
  await using back = follow('release-42', cursor);
  await expect.poll(() => nextDueAtMs(gateway.deps.store.db)).toBeLessThan(NEVER);
  await nextPoll();
  expect(summaryOf(await back.next())).toBe('Draft: IN_PROGRESS');
  expect(await credentialsOf(ada)).toContainEqual(
    expect.objectContaining({ provider: 'QUANTCDN', status: 'VERIFIED' }),
  );
});

test('during an outage nothing is pushed, and afterwards every change', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, gateway } = world;
  const id = make('release-42', { title: 'Draft' });
  await using stream = follow('release-42');
  await stream.next();
  gateway.simulator.faults.add({ kind: 'status503', match: { upstream: 'quantcdn' }, times: 3 });
  other.updateTask(id, { status: 'completed' });

  await nextPoll();
  expect(stream.pending()).toEqual([]);
  await using during = follow('release-42');
  expect(summaryOf(await during.next())).toBe('Draft: PENDING');
  await nextPoll();
  await nextPoll();
  expect(summaryOf(await stream.next())).toBe('Draft: COMPLETED');
  expect(summaryOf(await during.next())).toBe('Draft: COMPLETED');
});

test.each(['', 'x', '-1', String(Number.MAX_SAFE_INTEGER), '9'.repeat(30)])(
  '"%s" is not a list cursor',
  async (after) => {
    await using world = await bootLists();
    await using stream = world.follow('release-42', after);
    expect((await stream.failure()) as object[]).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'after' }] } },
    ]);
    expect(world.cost()).toEqual({});
  },
);

test.each(['', '  ', '..', 'x'.repeat(257)])('"%s" is not a list name', async (list) => {
  await using world = await bootLists();
  await using stream = world.follow(list);
  expect((await stream.failure()) as object[]).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'taskListId' }] } },
  ]);
  expect(world.cost()).toEqual({});
});

test('a cursor older than the log has expired, before the start and midway', async () => {
  await using world = await bootLists();
  const { make, follow, other, nextPoll, gateway } = world;
  const id = make('release-42', { title: 'Draft' });
  await using stream = follow('release-42');
  await stream.next();
  const beginning = await moveLogOn(gateway.deps.store.db);

  await using stale = follow('release-42', '1');
  expect(await codeOf(stale)).toBe('CURSOR_EXPIRED');
  await using fresh = follow('release-42');
  expect((await fresh.next()).task).toMatchObject({ id, cursor: String(beginning) });
  other.updateTask(id, { status: 'completed' });
  await nextPoll();
  expect(summaryOf(await fresh.next())).toBe('Draft: COMPLETED');
  expect(await codeOf(stream)).toBe('CURSOR_EXPIRED');
});

test('AI task and deployment events are one sequence, so one cursor serves both', async () => {
  await using world = await bootLists();
  const { make, follow, ada, other, nextPoll } = world;
  const id = make('release-42', { title: 'Draft' });
  await using tasks = follow('release-42');
  const first = (await tasks.next()).task.cursor;
  const deploymentId = await ada.deploy(await ada.createTask());
  const events = (after: string) =>
    ada.subscribe<{ event: { id: string; deploymentId: string } }>(
      'subscription ($after: ID) { event: deploymentEvents(after: $after) { id deploymentId } }',
      { after },
    );
  await using fromTask = events(first);
  const { event } = await fromTask.next();
  expect(event.deploymentId).toBe(deploymentId);
  expect(Number(event.id)).toBeGreaterThan(Number(first));

  other.updateTask(id, { status: 'completed' });
  await using fromEvent = follow('release-42', event.id);
  while (tasks.pending().length === 0) await nextPoll();
  expect(await fromEvent.next()).toEqual(await tasks.next());
});

test.for([-3_600_000, 3_600_000])(
  'clock set by %i ms: a list is polled for five minutes after its last follower has left',
  async (stepMs) => {
    await using world = await bootLists();
    const { make, follow, nextPoll, clock, gateway } = world;
    make('release-42', { title: 'Draft' });
    const stream = follow('release-42');
    await stream.next();
    const leftAtMs = clock.steadyMs();
    await stream[Symbol.asyncDispose]();
    clock.set(clock.now() + stepMs);

    const isWatched = async () =>
      (await gateway.deps.store.db.selectFrom('watches').select('scope').execute()).length > 0;
    while (await isWatched()) await nextPoll();
    expect(clock.steadyMs() - leftAtMs).toBeGreaterThanOrEqual(INTEREST_MS - 1_000);
    expect(clock.steadyMs() - leftAtMs).toBeLessThan(INTEREST_MS + 36_000);
  },
);
