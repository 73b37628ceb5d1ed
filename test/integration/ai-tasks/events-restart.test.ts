import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seededQuantCdnToken, startSimulator } from '../../../simulator/index.ts';
import { CHANGES, type PushedTask } from '../../support/ai-lists.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { freePort, startGateway, temporaryFolder } from '../../support/process.ts';

const KILLS = 3;

test(`${KILLS} times kill -9: a list subscriber gets every change once and in order`, {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator();
  await using _simulator = { [Symbol.asyncDispose]: () => simulator.close() };
  const { quantcdn } = simulator;
  const env = {
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '200ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
  };
  let gateway = await startGateway(env);
  await using _running = { [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveQuantCdnCredential(seededQuantCdnToken);
  const make = (title: string) => quantcdn.createTask('acme', { title, taskListId: 'release-42' });
  const [first, second] = [make('First'), make('Second')];

  let cursor = '0';
  const received: PushedTask['task'][] = [];
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 10_000,
    retryWait: () => pause(20),
    shouldRetry: () => true,
    connectionParams: () => ({ authorization: `Bearer ${ada.tokens.accessToken}` }),
  });
  await using _socket = { [Symbol.asyncDispose]: async () => void (await socket.dispose()) };
  const failures: unknown[] = [];
  socket.subscribe<PushedTask>(
    {
      query: CHANGES,
      get variables() {
        return { list: 'release-42', after: cursor };
      },
    },
    {
      next: ({ data, errors }) => {
        if (errors) failures.push(errors);
        if (!data) return;
        cursor = data.task.cursor;
        received.push(data.task);
      },
      error: (error) => failures.push(error),
      complete: () => failures.push('complete'),
    },
  );
  const untilReceived = (id: string, progress: number) =>
    expect
      .poll(() => received.some((task) => task.id === id && task.progress === progress), { timeout: 20_000 })
      .toBe(true);
  await untilReceived(first, 0);

  for (let kill = 1; kill <= KILLS; kill += 1) {
    quantcdn.updateTask(first, { progress: kill / 10 });
    await untilReceived(first, kill / 10);
    // The kill may hit any moment of a poll: this process or the next one emits what the poll found.
    quantcdn.updateTask(second, { progress: kill / 10 });
    await gateway.end('SIGKILL');
    quantcdn.updateTask(first, { progress: kill / 10 + 0.05 });
    gateway = await startGateway(env);
    await untilReceived(second, kill / 10);
    await untilReceived(first, kill / 10 + 0.05);
  }
  quantcdn.removeTask(second);
  await expect.poll(() => received.some(({ isGone }) => isGone), { timeout: 20_000 }).toBe(true);

  const page = await ada.request('/v1/ai-task-lists/release-42/events?first=500');
  const { events } = (await page.json()) as {
    events: { id: string; task: { id: string; progress: number } }[];
  };
  expect(received.map((task) => [task.cursor, task.id, task.progress])).toEqual(
    events.map(({ id, task }) => [id, task.id, task.progress]),
  );
  expect(failures).toEqual([]);
});
