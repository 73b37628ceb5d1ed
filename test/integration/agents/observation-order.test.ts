import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootManualGateway, type ManualGateway } from '../../support/manual-gateway.ts';

const HOUR_MS = 3_600_000;
const READ = '/agents/deployments/read';
const PACE = { queueMs: 0, stepMs: 20_000, steps: 3, stopMs: 0 };

/** A running deployment that has been polled. */
async function watchOne(still: ManualGateway) {
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  await still.nextPoll();
  await still.nextPoll();
  still.newCalls();
  return { ada, id, taskId };
}

async function statusOf(client: GraphQLClient, id: string): Promise<string> {
  const query = 'query ($id: ID!) { deployment(id: $id) { status } }';
  return (await client.ask<{ deployment: { status: string } }>(query, { id })).deployment.status;
}

async function loggedStatuses(client: GraphQLClient, id: string): Promise<string[]> {
  const query = 'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { status } } }';
  const { log } = await client.ask<{ log: { nodes: { status: string }[] } }>(query, { id });
  return log.nodes.map(({ status }) => status);
}

test('clock set back by an hour: a client that reads gets the new state, and the log has it at once', async () => {
  await using still = await bootManualGateway({ pace: PACE });
  const { ada, id } = await watchOne(still);
  still.clock.set(still.clock.now() - HOUR_MS);
  still.gateway.simulator.control.endDeployment(id);
  expect(await statusOf(ada, id)).toBe('COMPLETED');
  expect(await loggedStatuses(ada, id)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
});

test('clock set back by an hour: the next poll stores the new state', async () => {
  await using still = await bootManualGateway({ pace: PACE });
  const { ada, id } = await watchOne(still);
  still.clock.set(still.clock.now() - HOUR_MS);
  still.gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  expect(await loggedStatuses(ada, id)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
});

test.for([-HOUR_MS, 0, 300_000])(
  'clock set by %i ms while an answer is slow: neither it nor a poll that shares it overwrites a newer end',
  async (stepMs) => {
    await using still = await bootManualGateway({ pace: PACE });
    const { ada, id, taskId } = await watchOne(still);
    const { simulator, deps } = still.gateway;
    simulator.faults.add({ kind: 'slow', delayMs: 1_500, match: { path: READ } });
    const slow = statusOf(ada, id);
    await expect.poll(() => still.newCalls()).toEqual([READ]);

    still.clock.set(still.clock.now() + stepMs);
    simulator.control.endDeployment(id);
    await ada.ask('query ($id: ID!) { deployments(taskId: $id) { status } }', { id: taskId });
    await deps.poller.tick();
    expect(await slow).toBe('RUNNING');
    expect(still.newCalls()).not.toContain(READ);
    expect(await loggedStatuses(ada, id)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);

    await deps.poller.tick();
    expect(await statusOf(ada, id)).toBe('COMPLETED');
    expect(await loggedStatuses(ada, id)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
  },
);
