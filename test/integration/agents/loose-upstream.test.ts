import { expect, test } from 'vitest';
import type { FaultRule } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';

const STATUS = 'query ($id: ID!) { deployment(id: $id) { id status rawStatus isTerminal } }';
const DEPLOY = 'mutation ($taskId: ID!) { deployment: deployTask(taskId: $taskId) { id status taskId } }';

test.each<[string, FaultRule, Record<string, unknown>]>([
  [
    'a word nobody published shows as UNKNOWN beside the word',
    { kind: 'unknownStatus' },
    { status: 'UNKNOWN', rawStatus: 'Hibernating', isTerminal: false },
  ],
  [
    'a word of another family is understood',
    { kind: 'rawStatus', status: 'In Progress...' },
    { status: 'RUNNING', rawStatus: 'In Progress...', isTerminal: false },
  ],
  [
    'a known word in lower case is understood',
    { kind: 'lowerCaseStatus' },
    { status: 'RUNNING', rawStatus: 'running', isTerminal: false },
  ],
  ['unknown fields are passed over', { kind: 'extraFields' }, { status: 'RUNNING' }],
  ['a missing list of errors is no error', { kind: 'missingErrors' }, { status: 'RUNNING' }],
  ['a missing success is made up for by the object', { kind: 'noSuccess' }, { status: 'RUNNING' }],
  ['keys that would reach a prototype change nothing', { kind: 'protoPollution' }, { status: 'RUNNING' }],
])('%s', async (_story, fault, expected) => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { endless: true, queueMs: 0 } },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  gateway.simulator.faults.add({ ...fault, match: { path: '/deployments/read' } });

  const { deployment } = await ada.ask<Record<string, unknown>>(STATUS, { id });

  expect(deployment).toMatchObject({ id, ...expected });
  expect({}).not.toHaveProperty('polluted');
});

test('ids and counts as text, and flags as 0 and 1, are accepted', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { behavior: { looseTypes: true }, pace: 'instant' },
  });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);

  const { deployment, agents } = await ada.ask<Record<string, unknown>>(
    `query ($id: ID!) {
      deployment(id: $id) { id taskId task { id deploymentCount } agent { id public } conversation { inputTokens } }
      agents { id useQcc }
    }`,
    { id },
  );

  expect(deployment).toEqual({
    id,
    taskId,
    task: { id: taskId, deploymentCount: 1 },
    agent: { id: expect.stringMatching(/^\d+$/), public: false },
    conversation: { inputTokens: 13_500 },
  });
  expect(agents).toEqual([{ id: expect.stringMatching(/^\d+$/), useQcc: true }]);
});

test('a created deployment known by its id alone is found, and deployed once', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  gateway.simulator.faults.add({ kind: 'omitDeployment', match: { path: '/deployments/create' } });

  const { deployment } = await ada.ask<{ deployment: { id: string } }>(DEPLOY, { taskId });

  const made = gateway.simulator.control.state().deployments;
  expect(made.map(({ deploymentId }) => deploymentId)).toEqual([deployment.id]);
  expect(deployment).toMatchObject({ taskId });
});

test("unfinished deployments of a task keep the upstream's status", async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { rawStatus: 'Warming Up' } },
  });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const deploymentId = await ada.deploy(taskId);

  const { task } = await ada.ask<Record<string, unknown>>(
    'query ($id: ID!) { task(id: $id) { activeDeployments { deploymentId status rawStatus } } }',
    { id: taskId },
  );

  expect(task).toEqual({ activeDeployments: [{ deploymentId, status: 'UNKNOWN', rawStatus: 'Warming Up' }] });
});
