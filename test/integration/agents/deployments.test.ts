import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const FIELDS = `id status rawStatus isTerminal taskId agentId model prompt projectId runtimeError
  createdAt startedAt endedAt observedAt isStale`;
const READ = `query ($id: ID!) { deployment(id: $id) { ${FIELDS} task { prompt } agent { name } } }`;
const STATUS = 'query ($id: ID!) { deployment(id: $id) { status rawStatus isTerminal isStale } }';
const PROMPT = `mutation ($id: ID!, $prompt: String!) {
  deployment: promptDeployment(id: $id, prompt: $prompt) { id status isTerminal }
}`;
const STOP = 'mutation ($id: ID!) { deployment: stopDeployment(id: $id) { id status isTerminal } }';

interface DeploymentAnswer {
  deployment: Record<string, unknown>;
}

test('Mutation.deployTask runs a task, and Query.deployment shows the whole run', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { endless: true, queueMs: 0 } },
  });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask('Buy and hold SPY');
  const deploy = `mutation ($taskId: ID!) { deployment: deployTask(taskId: $taskId) { ${FIELDS} } }`;
  const { deployment: made } = await ada.ask<DeploymentAnswer>(deploy, { taskId });

  const { deployment } = await ada.ask<DeploymentAnswer>(READ, { id: made.id });

  expect(made).toMatchObject({ id: expect.stringMatching(/^A-[0-9a-f]{32}$/), taskId, isTerminal: false });
  expect(deployment).toMatchObject({
    id: made.id,
    status: 'RUNNING',
    rawStatus: 'Running',
    isTerminal: false,
    taskId,
    task: { prompt: 'Buy and hold SPY' },
    agentId: expect.stringMatching(/^\d+$/),
    agent: { name: 'Heron' },
    prompt: 'Buy and hold SPY',
    projectId: expect.stringMatching(/^\d+$/),
    runtimeError: null,
    createdAt: expect.stringMatching(/Z$/),
    startedAt: expect.stringMatching(/Z$/),
    endedAt: null,
    observedAt: expect.stringMatching(/Z$/),
    isStale: false,
  });
});

test('Query.deployments lists the runs of a task, as AgentTask.deployments does', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const ids = [await ada.deploy(taskId), await ada.deploy(taskId)];

  const { deployments, task } = await ada.ask<Record<string, never>>(
    'query ($id: ID!) { deployments(taskId: $id) { id taskId } task(id: $id) { deploymentCount deployments { id } } }',
    { id: taskId },
  );

  expect(deployments).toEqual(ids.map((id) => ({ id, taskId })));
  expect(task).toEqual({ deploymentCount: 2, deployments: ids.map((id) => ({ id })) });
});

test('Mutation.promptDeployment revives a finished deployment', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  expect((await ada.ask<DeploymentAnswer>(STATUS, { id })).deployment.status).toBe('COMPLETED');
  gateway.simulator.control.scriptDeployment(id, { endless: true, stepMs: 50 });

  const { deployment } = await ada.ask<DeploymentAnswer>(PROMPT, { id, prompt: 'Test with ROC(30)' });

  expect(deployment).toEqual({ id, status: 'RUNNING', isTerminal: false });
});

test("a refused prompt keeps the upstream's message and changes no deployment", async () => {
  const simulator = { pace: 'instant', behavior: { strictPrompts: true } } as const;
  await using gateway = await bootGateway({ polls: false, simulator });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const { extensions } = await refusalOf(ada, PROMPT, { id, prompt: 'More' });

  expect(extensions).toMatchObject({
    code: 'UPSTREAM_REJECTED',
    upstreamErrors: ['Deployment is not running.'],
  });
  expect((await ada.ask<DeploymentAnswer>(STATUS, { id })).deployment.status).toBe('COMPLETED');
});

test('Mutation.stopDeployment stops a running deployment, and leaves an ended one', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const stopped = { deployment: { id, status: 'STOPPED', isTerminal: true } };

  expect(await ada.ask(STOP, { id })).toEqual(stopped);
  expect(await ada.ask(STOP, { id })).toEqual(stopped);
});

test('Mutation.deleteDeployment returns the id, and only the events stay', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  expect(await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id })).toEqual({
    deleteDeployment: id,
  });

  expect((await refusalOf(ada, READ, { id })).extensions.code).toBe('NOT_FOUND');
  const { log } = await ada.ask<{ log: { nodes: unknown[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type deployment { id } } } }',
    { id },
  );
  expect(log.nodes.at(-1)).toEqual({ type: 'DELETED', deployment: null });
});

test('during an outage a deployment is shown as last seen, and marked stale', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { endless: true, queueMs: 0 } },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await ada.ask(STATUS, { id });
  gateway.simulator.faults.add({ kind: 'reset', times: 'forever' });

  expect(await ada.ask(STATUS, { id })).toEqual({
    deployment: { status: 'RUNNING', rawStatus: 'Running', isTerminal: false, isStale: true },
  });
});
