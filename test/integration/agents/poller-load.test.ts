import { setTimeout as window } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seededOrganization } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';

const EVENTS = 'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id) { id status } }';
const DEPLOYMENTS = 30;
const FOLLOWED = 10;
const SOCKETS = 10;
const EACH = 50;
const LOOK_MS = 200;
const WINDOW_MS = 6_000;

test('500 subscriptions on 10 of 30 deployments cost no upstream call', { timeout: 60_000 }, async () => {
  // Looks keep their pace in both windows: the shortest pause is the longest too.
  await using gateway = await bootGateway({
    env: { LOG_LEVEL: 'silent', POLL_INTERVAL: `${LOOK_MS}ms`, POLL_INTERVAL_MAX: `${LOOK_MS}ms` },
    simulator: { pace: 'instant', script: { endless: true } },
  });
  const { calls, control } = gateway.simulator;
  control.setCapacity(seededOrganization.id, DEPLOYMENTS);
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const ids: string[] = [];
  for (let index = 0; index < DEPLOYMENTS; index += 1) ids.push(await ada.deploy(taskId));
  const running = async () =>
    (
      await gateway.deps.store.db
        .selectFrom('deployments')
        .select('id')
        .where('status', '=', 'RUNNING')
        .execute()
    ).length;
  await expect.poll(running, { timeout: 10_000 }).toBe(DEPLOYMENTS);

  const callsPerSecond = async (): Promise<{ all: number; perLook: number }> => {
    const before = calls.counts();
    await window(WINDOW_MS);
    const after = calls.counts();
    const looks = (after.byPath['/agents/tasks/list'] ?? 0) - (before.byPath['/agents/tasks/list'] ?? 0);
    const made = after.total - before.total;
    return { all: made / (WINDOW_MS / 1_000), perLook: made / looks };
  };
  const alone = await callsPerSecond();

  const received: unknown[] = [];
  const failures: unknown[] = [];
  const sockets = Array.from({ length: SOCKETS }, () =>
    createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${ada.tokens.accessToken}` },
    }),
  );
  for (const socket of sockets) {
    for (let index = 0; index < EACH; index += 1) {
      socket.subscribe(
        { query: EVENTS, variables: { id: ids[index % FOLLOWED] } },
        {
          next: (push) => received.push(push),
          error: (error) => failures.push(error),
          complete: () => undefined,
        },
      );
    }
  }
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(SOCKETS * EACH);
  const watched = await callsPerSecond();
  for (const socket of sockets) await socket.dispose();

  console.log(
    `calls a second: ${alone.all.toFixed(2)} without subscribers, ${watched.all.toFixed(2)} with ${SOCKETS * EACH}; ` +
      `calls a look: ${alone.perLook.toFixed(2)} and ${watched.perLook.toFixed(2)}`,
  );
  expect(failures).toEqual([]);
  // Looks are counted in windows of time: one or two more or less may fall into one.
  expect(watched.all).toBeLessThanOrEqual(alone.all + 2_000 / WINDOW_MS);
  expect(watched.perLook).toBeLessThanOrEqual(2);
  expect(alone.all).toBeGreaterThan(2);
});
