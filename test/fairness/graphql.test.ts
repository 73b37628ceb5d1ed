import { expect, test } from 'vitest';
import { watchResponses } from '../support/flood.ts';
import { bootGateway } from '../support/gateway.ts';
import { createManyTasks, ROUND_TRIPS } from '../support/many-tasks.ts';
import { inLoops, measureNeighbor, type NeighborFigures, type NeighborOptions } from '../support/neighbor.ts';
import { signUpSecondUser } from '../support/second-user.ts';
import { askUnread } from '../support/unread.ts';

/** 24 × 24 prompts. */
const LARGE = '{ tasks { agent { tasks { prompt } } } }';

type Sample = Pick<NeighborOptions, 'rounds' | 'requests'>;

/** The figures of a neighbor's query while another user sends a query in two loops. */
async function besideLoops(
  query: string,
  { env, prompt, ...sample }: Sample & { env?: Record<string, string>; prompt?: string },
): Promise<NeighborFigures & { largestBytes: number }> {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'warn', ...env } });
  const ada = await gateway.signUpWithCredential();
  await createManyTasks(ada, prompt);
  const bob = await signUpSecondUser(gateway);
  let largestBytes = 0;
  const askForMuch = async (): Promise<void> => {
    const text = await (await ada.request('/graphql', post({ query }))).text();
    largestBytes = Math.max(largestBytes, text.length);
  };
  const figures = await measureNeighbor({
    act: () => bob.ask('{ tasks { id } }'),
    disturb: () => inLoops(2, askForMuch),
    ...sample,
  });
  console.info(JSON.stringify({ query, env, largestBytes, ...figures }));
  return { ...figures, largestBytes };
}

function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) };
}

test('a neighbor is served while a user asks for 331,776 objects, again and again', {
  timeout: 240_000,
}, async () => {
  const limited = await besideLoops(ROUND_TRIPS, { rounds: 2, requests: 15 });
  const env = { GRAPHQL_MAX_NODES: '100000000', RESPONSE_LIMIT: '1gb' };
  const unlimited = await besideLoops(ROUND_TRIPS, { rounds: 1, requests: 4, env });

  expect(limited.medianRatio).toBeLessThan(12);
  expect(limited.p99Ratio).toBeLessThan(60);
  // What the limit keeps away. How long it takes depends on the turns of the loop, which protect the neighbor besides.
  expect([limited.largestBytes < 10_000, unlimited.largestBytes > 1_000_000]).toEqual([true, true]);
});

test('a neighbor is served while a user asks for 41 MB, again and again', { timeout: 240_000 }, async () => {
  const query = '{ tasks { agent { tasks { agent { tasks { prompt } } } } } }';
  const prompt = 'x'.repeat(3_000);
  const limited = await besideLoops(query, { rounds: 2, requests: 15, prompt });
  const env = { GRAPHQL_MAX_NODES: '100000000', RESPONSE_LIMIT: '1gb' };
  const unlimited = await besideLoops(query, { rounds: 1, requests: 8, prompt, env });

  expect(limited.medianRatio).toBeLessThan(12);
  expect(limited.p99Ratio).toBeLessThan(60);
  expect([limited.largestBytes < 10_000, unlimited.largestBytes > 30_000_000]).toEqual([true, true]);
});

/** The figures of a neighbor's query while another user asks for 7 MB sixteen times and reads nothing of them. */
async function besideUnread(env: Record<string, string>) {
  await using gateway = await bootGateway({
    polls: false,
    unreadMs: 5_000,
    env: { LOG_LEVEL: 'warn', ...env },
  });
  const ada = await gateway.signUpWithCredential();
  await createManyTasks(ada, 'x'.repeat(12_000));
  const bob = await signUpSecondUser(gateway);
  const responses = watchResponses(gateway);
  const countHeld = (): number => responses.filter((one) => (one.socket?.writableLength ?? 0) > 1e6).length;
  let mostHeld = 0;
  const figures = await measureNeighbor({
    rounds: 1,
    requests: 20,
    async act() {
      await bob.ask('{ tasks { id } }');
      mostHeld = Math.max(mostHeld, countHeld());
    },
    async disturb() {
      const sockets = Array.from({ length: 16 }, () => askUnread(ada, LARGE));
      await expect.poll(countHeld, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
      return {
        async [Symbol.asyncDispose]() {
          for (const socket of sockets) socket.destroy();
        },
      };
    },
  });
  console.info('unread answers', JSON.stringify({ env, mostHeld, ...figures }));
  return { ...figures, mostHeld };
}

test('a neighbor is served while a user leaves sixteen answers of 7 MB unread', {
  timeout: 240_000,
}, async () => {
  const limited = await besideUnread({});
  const unlimited = await besideUnread({ RESPONSE_LIMIT: '1gb' });

  expect(limited.medianRatio).toBeLessThan(25);
  expect(limited.mostHeld).toBe(4);
  // The control: where 7 MB are no large answer, more of them are held.
  expect(unlimited.mostHeld).toBeGreaterThan(4);
});
