import { expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  deployment: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const READ = `query ($id: ID!) {
  deployment(id: $id) { status endReason }
  deploymentEvents(deploymentId: $id) { nodes { type reason } }
}`;

interface Deployed {
  deployment: { id: string };
}

interface Read {
  deployment: { status: string; endReason: string };
  deploymentEvents: { nodes: { type: string; reason: string | null }[] };
}

const made = ({ simulator }: Gateway): string[] =>
  simulator.control.state().deployments.map(({ deploymentId }) => deploymentId);

/** Another process takes over the intent of a key, and gets another outcome for it. */
async function settleElsewhere({ deps }: Gateway, key: string, asKey: string): Promise<void> {
  const { db } = deps.store;
  const other = await db
    .selectFrom('intents')
    .select(['result', 'outcomeId'])
    .where('key', '=', asKey)
    .executeTakeFirstOrThrow();
  await db.deleteFrom('intents').where('key', '=', asKey).execute();
  await db
    .updateTable('intents')
    .set({ ...other, fence: 1, isRecorded: 1 })
    .where('key', '=', key)
    .execute();
}

test('a deployment that a suspended process made a second time is stopped, and the first one is the answer', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true, queueMs: 0 } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const first = await ada.ask<Deployed>(DEPLOY, { taskId, key: 'of the other process' });
  gateway.simulator.faults.add({ kind: 'slow', delayMs: 300, match: { path: '/deployments/create' } });

  const answered = ada.ask<Deployed>(DEPLOY, { taskId, key: 'k' });
  await expect.poll(() => made(gateway).length).toBe(2);
  await settleElsewhere(gateway, 'k', 'of the other process');

  expect(await answered).toEqual(first);
  const [second = ''] = made(gateway).filter((id) => id !== first.deployment.id);
  const read = () => ada.ask<Read>(READ, { id: second });
  await expect
    .poll(async () => (await read()).deployment, { timeout: 10_000 })
    .toEqual({
      status: 'STOPPED',
      endReason: 'GUARD_MADE_TWICE',
    });
  const { deploymentEvents } = await read();
  expect(deploymentEvents.nodes).toContainEqual({
    type: 'GUARD_TRIPPED',
    reason: 'madeTwice: another process of the gateway had made the deployment of this request',
  });
  const states = gateway.simulator.control.state().deployments;
  expect(states.find(({ deploymentId }) => deploymentId === first.deployment.id)).toMatchObject({
    status: 'Running',
  });
});
