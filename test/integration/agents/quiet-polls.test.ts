import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { bootManualGateway, type ManualGateway } from '../../support/manual-gateway.ts';

const STORED = '{ deployments: myDeployments { nodes { id observedAt isStale } } }';

/** How many rows the embedded store has written so far. */
async function countWrites({ gateway }: ManualGateway): Promise<number> {
  const { rows } = await sql<{ n: number }>`select total_changes() as n`.execute(gateway.deps.store.db);
  return rows[0]?.n ?? 0;
}

test('a poll that finds nothing new writes its watch, when it is claimed and when it ends, and nothing else', async () => {
  await using still = await bootManualGateway({ script: { endless: true }, pace: 'instant' });
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  for (let n = 0; n < 4; n += 1) await ada.deploy(taskId);
  for (let n = 0; n < 3; n += 1) await still.nextPoll();
  const rows = () => still.gateway.deps.store.db.selectFrom('deployments').selectAll().execute();
  const before = await rows();
  const writes = await countWrites(still);
  await still.nextPoll();
  expect((await countWrites(still)) - writes).toBe(2);
  expect(await rows()).toEqual(before);
});

test('a deployment that polls have seen unchanged shows the time of the last poll', async () => {
  await using still = await bootManualGateway({ script: { endless: true }, pace: 'instant' });
  const ada = await still.gateway.signUpWithCredential();
  await ada.deploy(await ada.createTask());
  for (let n = 0; n < 3; n += 1) await still.nextPoll();
  const startMs = still.clock.now();
  const dueMs = startMs + (await still.nextPoll());
  const { deployments } = await ada.ask<{ deployments: { nodes: { observedAt: string }[] } }>(STORED);
  const seenMs = Date.parse(deployments.nodes[0]?.observedAt ?? '');
  expect([seenMs >= dueMs, seenMs <= still.clock.now()]).toEqual([true, true]);
  expect(deployments.nodes).toMatchObject([{ isStale: false }]);
});
