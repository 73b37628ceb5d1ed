import { expect, test } from 'vitest';
import { type DeploymentScript, seededAccount } from '../../../simulator/index.ts';
import { sign } from '../../../src/upstream/quantconnect/sign.ts';
import {
  deploymentsOf,
  endOfListRun,
  linkedTask,
  RUN_LIST,
  STOP_LIST,
  taskRunIn,
  until,
} from '../../support/ai-task-runs.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const ENDLESS: DeploymentScript = { endless: true, queueMs: 0, steps: 5, stepMs: 20 };
const READ = `query ($id: ID!, $taskId: ID!) {
  read: deployment(id: $id) { isTerminal endReason }
  list: deployments(taskId: $taskId) { endReason }
  events: deploymentEvents(deploymentId: $id) { nodes { deployment { endReason } } }
}`;

interface Read {
  read: { isTerminal: boolean; endReason: string | null };
  list: { endReason: string | null }[];
  events: { nodes: { deployment: { endReason: string | null } }[] };
}

/** Stops a deployment as another client of the same account would. */
async function stopElsewhere(gateway: Gateway, deploymentId: string): Promise<void> {
  const { userId, apiToken } = seededAccount;
  await fetch(`${gateway.simulator.url}/agents/deployments/stop`, {
    method: 'POST',
    headers: { ...sign(userId, apiToken, Date.now()), 'content-type': 'application/json' },
    body: JSON.stringify({ deploymentId }),
  });
}

const stopHere = (_gateway: Gateway, id: string, ada: GraphQLClient) =>
  ada.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id });
const waitOnly = async () => undefined;

test.each<
  [string, DeploymentScript, object | null, (gateway: Gateway, id: string, ada: GraphQLClient) => unknown]
>([
  ['COMPLETED', { queueMs: 0, stepMs: 1 }, null, waitOnly],
  ['FAILED', { queueMs: 0, stepMs: 1, outcome: 'Failed' }, null, waitOnly],
  ['STOPPED_BY_USER', ENDLESS, null, stopHere],
  ['UNKNOWN', ENDLESS, null, stopElsewhere],
  ['GUARD_MAX_TOKENS', ENDLESS, { maxTokens: 1 }, waitOnly],
  ['GUARD_MAX_TURNS', ENDLESS, { maxTurns: 1 }, waitOnly],
])(
  '%s: why a deployment has ended is read fresh, listed, stored and shown over REST',
  async (reason, script, guard, end) => {
    await using gateway = await bootGateway({ simulator: { script } });
    const ada = await gateway.signUpWithCredential();
    const taskId = await ada.createTask();
    const id = await ada.deploy(taskId, guard === null ? {} : { guard });
    await end(gateway, id, ada);

    const read = () => ada.ask<Read>(READ, { id, taskId });
    await expect.poll(async () => (await read()).read.isTerminal, { timeout: 10_000 }).toBe(true);

    const last = await read();
    expect(last.read.endReason).toBe(reason);
    expect(last.list).toEqual([{ endReason: reason }]);
    await expect.poll(async () => (await read()).events.nodes.at(-1)?.deployment.endReason).toBe(reason);
    const overRest = await ada.request(`/v1/deployments/${id}`);
    expect(await overRest.json()).toMatchObject({ endReason: reason });
  },
);

test('an unfinished deployment has no reason, nor has one that a prompt revived, and its next stop has its own', async () => {
  await using gateway = await bootGateway({ simulator: { script: ENDLESS } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  const read = async () => (await ada.ask<Read>(READ, { id, taskId })).read;
  const isTerminal = async () => (await read()).isTerminal;
  expect((await read()).endReason).toBeNull();

  await stopHere(gateway, id, ada);
  await expect.poll(isTerminal, { timeout: 10_000 }).toBe(true);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Again") { id } }', { id });
  expect(await read()).toEqual({ isTerminal: false, endReason: null });

  await stopElsewhere(gateway, id);
  await expect.poll(isTerminal, { timeout: 10_000 }).toBe(true);
  expect((await read()).endReason).toBe('UNKNOWN');
});

test.each(['running', 'only being created'])(
  "a deployment that is %s when its list is stopped with its deployments is the user's stop",
  async (state) => {
    await using gateway = await bootGateway({ simulator: { script: ENDLESS } });
    const { simulator } = gateway;
    const ada = await gateway.signUpWithCredentials();
    const taskId = await ada.createTask();
    const aiTaskId = linkedTask(simulator, { taskId, taskListId: 'list' });
    const isSlow = state !== 'running';
    if (isSlow) simulator.faults.add({ kind: 'slow', delayMs: 400, match: { path: '/deployments/create' } });
    await ada.ask(RUN_LIST, { id: 'list' });
    const made = () => deploymentsOf(simulator, taskId);
    if (isSlow) await until(made, ({ length }) => length > 0);
    else await taskRunIn(ada, aiTaskId, ['RUNNING']);

    await ada.ask(STOP_LIST, { id: 'list', stopDeployments: true });
    await endOfListRun(ada, 'list');

    const id = String(made()[0]?.deploymentId);
    const { read } = await ada.ask<Read>(READ, { id, taskId });
    expect(read).toEqual({ isTerminal: true, endReason: 'STOPPED_BY_USER' });
  },
);
