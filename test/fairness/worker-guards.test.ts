import { expect, test } from 'vitest';
import { seededAccount } from '../../simulator/index.ts';
import { bootGateway } from '../support/gateway.ts';
import { measureNeighbor, type NeighborFigures } from '../support/neighbor.ts';

const LABELS = 10;
const EVENTS = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id) { type status }
}`;
const DEPLOY = `mutation ($taskId: ID!, $credentialId: ID!) {
  deployment: deployTask(taskId: $taskId, credentialId: $credentialId) { id }
}`;

/**
 * A process with one place for the polls of one user, and an upstream whose lists take 150 ms. The user deploys with ten
 * labels of an account, so there are ten watches besides the one that is measured.
 */
test('a guard trips beside ten watches without one as soon as alone, before what is only looked at', {
  timeout: 240_000,
}, async () => {
  await using gateway = await bootGateway({
    env: { POLL_INTERVAL: '100ms', POLL_INTERVAL_MAX: '100ms', POLL_CONCURRENCY: '4', LOG_LEVEL: 'error' },
    simulator: { pace: 'instant', script: { endless: true } },
  });
  const { simulator } = gateway;
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const { userId, apiToken, organizations } = seededAccount;
  simulator.control.setCapacity(organizations[0]?.id ?? '', 100);
  const labels: string[] = [];
  for (let n = 0; n < LABELS; n += 1) {
    const label = { provider: 'QUANTCONNECT', label: `label ${n}`, organizationId: organizations[0]?.id };
    labels.push((await ada.post<{ id: string }>('/v1/credentials', { ...label, userId, apiToken })).id);
  }
  simulator.faults.add({
    kind: 'slow',
    delayMs: 150,
    match: { path: '/agents/tasks/list' },
    times: 'forever',
  });

  const deployWithEachLabel = async (): Promise<AsyncDisposable> => {
    const made = labels.map((credentialId) =>
      ada.ask<{ deployment: { id: string } }>(DEPLOY, { taskId, credentialId }),
    );
    const ids = (await Promise.all(made)).map(({ deployment }) => deployment.id);
    return {
      async [Symbol.asyncDispose]() {
        for (const id of ids) simulator.control.endDeployment(id);
        // Else they would be polled until their conversations have settled.
        await gateway.deps.store.db.deleteFrom('watches').where('credentialId', 'in', labels).execute();
      },
    };
  };
  const measure = (act: () => Promise<void>): Promise<NeighborFigures> =>
    measureNeighbor({ act, disturb: deployWithEachLabel, rounds: 1, requests: 3 });

  const guarded = await measure(async () => {
    const id = await ada.deploy(taskId, { guard: { maxTokens: 1 } });
    await using events = ada.subscribe<{ event: { type: string } }>(EVENTS, { id });
    await events.until(({ event }) => event.type === 'GUARD_TRIPPED', 60_000);
  });
  const looked = await measure(async () => {
    const id = await ada.deploy(taskId);
    await using events = ada.subscribe<{ event: { status: string } }>(EVENTS, { id });
    simulator.control.endDeployment(id);
    await events.until(({ event }) => event.status === 'COMPLETED', 60_000);
  });
  console.info('a guard beside ten watches', JSON.stringify({ guarded, looked }));
  expect(guarded.medianRatio).toBeLessThan(3);
  // The control: without a guard the end is seen only when all other watches have had their turn.
  expect(looked.medianRatio).toBeGreaterThan(1.5 * guarded.medianRatio);
});
