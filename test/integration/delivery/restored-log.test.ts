import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/index.ts';
import { wakeAllWatches } from '../../../src/store/coordination/watches.ts';
import { CHANGES, type PushedTask } from '../../support/ai-lists.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/process.ts';
import { openEvents } from '../../support/sse-client.ts';

interface EventPush {
  event: { id: string; type: string; deploymentId: string };
}

const FOLLOW = `subscription ($after: ID) {
  event: deploymentEvents(after: $after) { id type deploymentId }
}`;

const FOLLOW_ONE = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id, untilTerminal: true) { id type deploymentId }
}`;
const FOLLOW_MESSAGES = `subscription ($id: ID!) {
  message: conversationMessages(deploymentId: $id, untilTerminal: true) { index }
}`;

interface MessagePush {
  message: { index: number; parts: object[] };
}

const MESSAGES = `subscription ($id: ID!) {
  message: conversationMessages(deploymentId: $id) { index parts { ... on TextPart { text } } }
}`;

const run = promisify(execFile);

function boot(upstream: Simulator, env: Record<string, string>): Promise<Gateway> {
  return bootGateway({ env, upstream, polls: false });
}

async function endCursorOf(ada: GraphQLClient): Promise<string> {
  const { log } = await ada.ask<{ log: { pageInfo: { endCursor: string } } }>(
    '{ log: deploymentEvents(after: "0") { pageInfo { endCursor } } }',
  );
  return log.pageInfo.endCursor;
}

async function signInAgain({ url }: Gateway): Promise<GraphQLClient> {
  const client = createGraphQLClient(url);
  await client.signIn('ada@example.com');
  return client;
}

/** Expects that each way of reading after a cursor of the lost time brings the one event written after the restore. */
async function expectNothingMissed(
  { url }: Gateway,
  ada: GraphQLClient,
  taskId: string,
  lost: string,
): Promise<void> {
  const token = ada.tokens.accessToken;
  await using early = ada.subscribe<EventPush>(FOLLOW, { after: lost });
  await using stream = await openEvents(`${url}/v1/events`, token, { headers: { 'last-event-id': lost } });
  const readPage = async () => (await ada.request(`/v1/events?after=${lost}`)).json();
  expect(await readPage()).toMatchObject({ events: [], endCursor: lost });
  const deploymentId = await ada.deploy(taskId);

  await using late = ada.subscribe<EventPush>(FOLLOW, { after: lost });
  const created = { type: 'CREATED', deploymentId };
  expect((await early.next()).event).toMatchObject(created);
  expect((await late.next()).event).toMatchObject(created);
  expect((await stream.next()).json).toMatchObject(created);
  expect(await readPage()).toMatchObject({ events: [created] });
  expect(Number(await endCursorOf(ada))).toBeGreaterThan(Number(lost));
}

test('SQLite restored from an online copy: a cursor of the lost time misses no later event', async () => {
  await using folder = await temporaryFolder();
  await using started = new AsyncDisposableStack();
  const upstream = await startSimulator({ pace: 'fast' });
  started.defer(() => upstream.close());
  const data = join(folder.path, 'data');
  const files = ['quantgate.db', 'quantgate.db-wal'];
  const move = async (from: string, to: string): Promise<void> => {
    await mkdir(to, { recursive: true });
    for (const file of files) await copyFile(join(from, file), join(to, file));
  };

  const { taskId, lost } = await (async () => {
    await using gateway = await boot(upstream, { DATA_DIR: data });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    await ada.deploy(taskId);
    // Copied while the gateway runs; nothing is written at this moment.
    await move(data, join(folder.path, 'copy'));
    await ada.deploy(taskId);
    await ada.deploy(taskId);
    return { taskId, lost: await endCursorOf(ada) };
  })();
  for (const file of [...files, 'quantgate.db-shm']) await rm(join(data, file), { force: true });
  await move(join(folder.path, 'copy'), data);

  await using gateway = await boot(upstream, { DATA_DIR: data });
  await expectNothingMissed(gateway, await signInAgain(gateway), taskId, lost);
});

describe.skipIf(isPostgresMissing)('PostgreSQL', () => {
  test('restored from an older dump: neither a cursor of the lost time nor a follower misses an event', async () => {
    await using database = await temporaryDatabase();
    await using folder = await temporaryFolder();
    const dump = join(folder.path, 'dump.sql');
    await using gateway = await bootGateway({ env: { DATABASE_URL: database.url }, polls: false });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    await ada.deploy(taskId);
    await run('pg_dump', ['--clean', '--file', dump, database.url]);
    await using follower = ada.subscribe<EventPush>(FOLLOW, { after: '0' });
    const ids = [await ada.deploy(taskId), await ada.deploy(taskId)];
    await follower.until(({ event }) => event.deploymentId === ids.at(-1));
    const lost = await endCursorOf(ada);
    await using ofLost = ada.subscribe<EventPush>(FOLLOW_ONE, { id: ids[1] });
    await using messagesOfLost = ada.subscribe(FOLLOW_MESSAGES, { id: ids[1] });
    await ofLost.next();
    // The gateway goes on beside it, as in a failover that loses transactions.
    await run('psql', ['--single-transaction', '--quiet', '--file', dump, database.url]);

    await expectNothingMissed(gateway, ada, taskId, lost);
    expect((await follower.next()).event).toMatchObject({ type: 'CREATED' });
    // A deployment of the lost time has not ended: its followers have to come again.
    for (const stream of [ofLost, messagesOfLost]) {
      expect(await stream.failure()).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    }
  });

  test('restored from an older dump: a follower of messages gets every version that is written later', async () => {
    await using database = await temporaryDatabase();
    await using folder = await temporaryFolder();
    const dump = join(folder.path, 'dump.sql');
    await using gateway = await bootGateway({
      env: { DATABASE_URL: database.url },
      polls: false,
      simulator: {
        manualClock: true,
        startMs: Date.now(),
        script: { endless: true, messages: 3, steps: 9, stepMs: 1_000 },
      },
    });
    const { deps, simulator } = gateway;
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask());
    const poll = async (): Promise<void> => {
      simulator.clock.advance(2_000);
      await wakeAllWatches(deps.store.db, deps.store.time(Date.now()));
      await deps.poller.tick();
    };
    await poll();
    await poll();
    await using follower = ada.subscribe<MessagePush>(MESSAGES, { id });
    await expect
      .poll(() => deps.store.db.selectFrom('deployments').select('messagesWantedUntil').executeTakeFirst())
      .not.toMatchObject({ messagesWantedUntil: 0 });
    await run('pg_dump', ['--clean', '--file', dump, database.url]);
    await poll();
    const latest = new Map([(await follower.next()).message].map((message) => [message.index, message]));

    await run('psql', ['--single-transaction', '--quiet', '--file', dump, database.url]);
    await poll();
    const { deployment } = await ada.ask<{
      deployment: { conversation: { messages: MessagePush['message'][] } };
    }>(
      `query ($id: ID!) {
        deployment(id: $id) { conversation { messages { index parts { ... on TextPart { text } } } } }
      }`,
      { id },
    );
    const { messages } = deployment.conversation;
    const newest = () => messages.map(({ index }) => latest.get(index));
    while (JSON.stringify(newest()) !== JSON.stringify(messages)) {
      const { message } = await follower.next();
      latest.set(message.index, message);
    }
  });

  test('restored from an older dump: neither a cursor of the lost time nor a follower misses a change of a list', async () => {
    await using database = await temporaryDatabase();
    await using folder = await temporaryFolder();
    const dump = join(folder.path, 'dump.sql');
    await using gateway = await bootGateway({ env: { DATABASE_URL: database.url }, polls: false });
    const { deps, simulator } = gateway;
    const ada = await gateway.signUpWithCredentials();
    const id = simulator.quantcdn.createTask('acme', { title: 'Draft', taskListId: 'l1' });
    const poll = async (): Promise<void> => {
      await wakeAllWatches(deps.store.db, deps.store.time(Date.now()));
      await deps.poller.tick();
    };
    await using follower = ada.subscribe<PushedTask>(CHANGES, { list: 'l1', after: '0' });
    await expect
      .poll(() => deps.store.db.selectFrom('watches').select('scope').execute())
      .toContainEqual({
        scope: 'l1',
      });
    await poll();
    expect((await follower.next()).task).toMatchObject({ id, title: 'Draft' });
    await run('pg_dump', ['--clean', '--file', dump, database.url]);
    simulator.quantcdn.updateTask(id, { title: 'Lost' });
    await poll();
    const { task: ofLost } = await follower.next();
    expect(ofLost).toMatchObject({ id, title: 'Lost' });

    await run('psql', ['--single-transaction', '--quiet', '--file', dump, database.url]);
    await using late = ada.subscribe<PushedTask>(CHANGES, { list: 'l1', after: ofLost.cursor });
    simulator.quantcdn.updateTask(id, { title: 'Final' });
    await poll();
    for (const stream of [follower, late]) {
      expect((await stream.next()).task).toMatchObject({ id, title: 'Final' });
    }
    const page = await ada.request(`/v1/ai-task-lists/l1/events?after=${ofLost.cursor}`);
    expect(await page.json()).toMatchObject({ events: [{ kind: 'TASK', task: { title: 'Final' } }] });
  });
});

test('a cursor that the clock has not reached yet has expired', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  await ada.deploy(await ada.createTask());
  const soon = String((Date.now() + 3_600_000) * 1_000);

  await using stream = ada.subscribe<EventPush>(FOLLOW, { after: soon });
  expect(await stream.failure()).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
});
