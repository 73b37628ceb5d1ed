import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { heldBytes } from '../../support/held-memory.ts';
import { createManyTasks } from '../../support/many-tasks.ts';
import { askUnread } from '../../support/unread.ts';

const LARGE = '{ tasks { agent { tasks { prompt } } } }';

let gateway: Gateway;
let ada: GraphQLClient;
beforeAll(async () => {
  gateway = await bootGateway({ polls: false, unreadMs: 1_000, env: { LOG_LEVEL: 'warn' } });
  ada = await gateway.signUpWithCredential();
  // 24 × 24 prompts of 12,000 characters: 7 MB.
  await createManyTasks(ada, 'x'.repeat(12_000));
});
afterAll(() => gateway[Symbol.asyncDispose]());

function openConnections(): Promise<number> {
  return new Promise((resolve) => gateway.app.server.getConnections((_error, count) => resolve(count)));
}

test('sixteen answers that are not read hold at most four of them, and end their connections', async () => {
  await ada.ask(LARGE);
  const before = await heldBytes();
  const sockets = Array.from({ length: 16 }, () => askUnread(ada, LARGE));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  let most = 0;
  await expect
    .poll(
      async () => {
        most = Math.max(most, (await heldBytes()) - before);
        return openConnections();
      },
      { timeout: 25_000, interval: 200 },
    )
    .toBeLessThanOrEqual(2);
  console.info(`16 unread answers of 7 MB held at most ${Math.round(most / 1e6)} MB`);
  expect(most).toBeLessThan(80e6);
  for (const socket of sockets) socket.destroy();
  // The places are free again.
  expect(await ada.ask('{ tasks { id } }')).toHaveProperty('tasks');
});
