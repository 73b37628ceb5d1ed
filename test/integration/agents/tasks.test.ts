import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const CREATE = `mutation ($input: CreateTaskInput!) {
  task: createTask(input: $input) { id name prompt agentId organizationId projectPreference deploymentCount }
}`;
const READ = `query ($id: ID!) { task(id: $id) {
  id name prompt organizationId agentId agent { name } projectPreference projectId deploymentCount lastDeployedAt
  owner { publicId name image } schedule scheduleHuman createdAt updatedAt
  activeDeployments { deploymentId status rawStatus }
} }`;

interface TaskAnswer {
  task: { id: string; name: string } & Record<string, unknown>;
}

/** An agent, and the input of a task for it. */
async function newTask(ask: <T>(query: string) => Promise<T>, more: Record<string, unknown> = {}) {
  const { agent } = await ask<{ agent: { id: string } }>(
    'mutation { agent: createAgent(input: { name: "Heron" }) { id } }',
  );
  return { agentId: agent.id, name: 'Print Hello', prompt: 'Print hello', ...more };
}

test('Mutation.createTask creates a task, by default with a project per deployment', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const input = await newTask(ada.ask);

  const { task } = await ada.ask<TaskAnswer>(CREATE, { input });
  const { task: other } = await ada.ask<TaskAnswer>(CREATE, {
    input: { ...input, projectPreference: 'PROJECT_FOR_TASK' },
  });

  expect(task).toMatchObject({
    prompt: 'Print hello',
    agentId: input.agentId,
    organizationId: seededOrganization.id,
    projectPreference: 'project-each-task-deployment',
    deploymentCount: 0,
  });
  expect(other.projectPreference).toBe('project-for-task');
  expect(other.name).not.toBe(task.name);
});

test('Query.task shows its unfinished deployments without a call for each', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.createTask();
  const deploymentId = await ada.deploy(id);
  gateway.simulator.calls.reset();

  const { task } = await ada.ask<TaskAnswer>(READ, { id });

  expect(task).toMatchObject({
    id,
    agent: { name: 'Heron' },
    projectId: null,
    deploymentCount: 1,
    lastDeployedAt: expect.stringMatching(/Z$/),
    owner: { publicId: 'user_12345', name: 'Jane Doe' },
    schedule: null,
    scheduleHuman: null,
    activeDeployments: [{ deploymentId, status: expect.stringMatching(/^(QUEUED|RUNNING)$/) }],
  });
  expect(gateway.simulator.calls.counts().byPath).toEqual({ '/agents/tasks/read': 1, '/agents/read': 1 });
});

test('Query.tasks lists an organization in one call, with unfinished deployments', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const [first, second] = [await ada.createTask('one'), await ada.createTask('two')];
  const deploymentId = await ada.deploy(second);
  gateway.simulator.calls.reset();

  const { tasks } = await ada.ask('{ tasks { id prompt activeDeployments { deploymentId } } }');

  expect(tasks).toEqual([
    { id: first, prompt: 'one', activeDeployments: [] },
    { id: second, prompt: 'two', activeDeployments: [{ deploymentId }] },
  ]);
  expect(gateway.simulator.calls.counts().byPath).toEqual({ '/agents/tasks/list': 1 });
});

test.each([
  ['and the new state is read back', false],
  ['also where the upstream hands the task over at once', true],
])('Mutation.updateTask renames a task, %s', async (_story, taskInUpdate) => {
  await using gateway = await bootGateway({ polls: false, simulator: { behavior: { taskInUpdate } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.createTask();
  const update =
    'mutation ($id: ID!, $input: UpdateTaskInput!) { updateTask(id: $id, input: $input) { id name } }';

  expect(await ada.ask(update, { id, input: { name: 'Renamed' } })).toEqual({
    updateTask: { id, name: 'Renamed' },
  });
  expect(await ada.ask(update, { id, input: {} })).toEqual({ updateTask: { id, name: 'Renamed' } });
  const { extensions } = await refusalOf(ada, update, { id, input: { name: null } });
  expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.name' }] });
});

test('Mutation.deleteTask returns the id, and the task is gone', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.createTask();

  expect(await ada.ask('mutation ($id: ID!) { deleteTask(id: $id) }', { id })).toEqual({ deleteTask: id });
  expect((await refusalOf(ada, READ, { id })).extensions.code).toBe('NOT_FOUND');
});
