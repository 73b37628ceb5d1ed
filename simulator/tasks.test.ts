import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Api, clientOf, createTask, organizationId, stillSimulator } from './client.fixture.ts';
import type { Simulator } from './index.ts';

let sim: Simulator;
let api: Api;
beforeEach(async () => {
  ({ sim, api } = await stillSimulator());
});
afterEach(() => sim.close());

async function read(taskId: number) {
  return (await api('/agents/tasks/read', { taskId })).task;
}

test('a task starts idle, under a name the platform rewrote', async () => {
  const task = await createTask(api, { name: '  print   hello ' });
  expect(task).toEqual({
    id: expect.any(Number),
    name: 'Print Hello',
    organizationId,
    agentId: 47,
    prompt: 'Print hello',
    deployments: 0,
    lastDeploymentId: null,
    lastDeploymentTime: null,
    created: '2026-05-06 19:00:00',
    updated: '2026-05-06 19:00:00',
    projectId: null,
    owner: { publicId: 'user_12345', name: 'Jane Doe', image: 'a1.jpeg' },
    upcomingDeployments: null,
    status: [],
    schedule: null,
    scheduleHuman: null,
    projectPreference: 'project-each-task-deployment',
    notifications: [],
  });
  expect((await createTask(api, { name: 'print hello' })).name).toBe('Print Hello 2');
  expect((await createTask(api, { name: 'Print Hello' })).name).toBe('Print Hello 3');
});

test('status lists the unfinished deployments only, the count all of them', async () => {
  const { id: taskId } = await createTask(api);
  const create = async () => (await api('/agents/deployments/create', { taskId })).deployment.deploymentId;
  const first = await create();
  sim.clock.advance(1_000);
  const second = await create();
  expect(await read(taskId)).toMatchObject({
    deployments: 2,
    lastDeploymentId: expect.any(Number),
    lastDeploymentTime: '2026-05-06 19:00:01',
    status: [
      { deploymentId: first, status: 'Running' },
      { deploymentId: second, status: 'InQueue' },
    ],
  });

  sim.clock.advance(30_000);
  const { tasks } = await api('/agents/tasks/list', { organizationId });
  expect(tasks[0].status).toEqual([{ deploymentId: second, status: 'Running' }]);
  sim.clock.advance(1_000);
  expect((await read(taskId)).status).toEqual([]);
});

test('a schedule deploys without any call of ours', async () => {
  const { id: taskId } = await createTask(api);
  const deploymentId = sim.control.deployTask(taskId);
  sim.clock.advance(1_000);
  expect(await read(taskId)).toMatchObject({ deployments: 1, status: [{ deploymentId, status: 'Running' }] });
  expect(sim.calls.count('/deployments/create')).toBe(0);
});

test('only the name can be changed, and the answer is bare unless configured', async () => {
  const { id: taskId } = await createTask(api);
  expect(await api('/agents/tasks/update', { taskId, name: 'New name', prompt: 'ignored' })).toEqual({
    success: true,
    errors: [],
  });
  expect(await read(taskId)).toMatchObject({ name: 'New Name', prompt: 'Print hello' });
  sim.control.setBehavior({ taskInUpdate: true });
  expect((await api('/agents/tasks/update', { taskId, name: 'Newer' })).task.name).toBe('Newer');
});

test('a deleted task is gone, its deployments are not, its name is free', async () => {
  const { id: taskId } = await createTask(api);
  const { deployment } = await api('/agents/deployments/create', { taskId });
  await api('/agents/tasks/delete', { taskId });
  const gone = { success: false, errors: ['Task not found.'] };
  for (const path of ['/agents/tasks/read', '/agents/tasks/delete', '/agents/deployments/create']) {
    expect(await api(path, { taskId })).toEqual(gone);
  }
  expect(await api('/agents/tasks/update', { taskId, name: 'Again' })).toEqual(gone);
  const { success } = await api('/agents/deployments/read', { deploymentId: deployment.deploymentId });
  expect(success).toBe(true);
  expect((await createTask(api)).name).toBe('Print Hello');
});

test('all five fields are required, and tasks of others are unknown', async () => {
  const fields = {
    organizationId,
    agentId: 47,
    name: 'Task',
    prompt: 'Go',
    projectPreference: 'project-for-task',
  };
  for (const missing of Object.keys(fields)) {
    const answer = await api('/agents/tasks/create', { ...fields, [missing]: undefined });
    expect(answer).toEqual({ success: false, errors: [`${missing} is required.`] });
  }
  const odd = await api('/agents/tasks/create', { ...fields, projectPreference: 'none' });
  expect(odd.errors[0]).toContain('must be one of');

  const { id: taskId } = await createTask(api);
  const outsider = { userId: '777', apiToken: 'other', organizations: [{ id: 'e'.repeat(32) }] };
  sim.control.addAccount(outsider);
  const answer = await clientOf(sim, outsider).api('/agents/tasks/read', { taskId });
  expect(answer).toEqual({ success: false, errors: ['Task not found.'] });
});

test('a project is made for the task once, or for every deployment', async () => {
  const projects = async (projectPreference: string) => {
    const { id: taskId } = await createTask(api, { projectPreference });
    const create = async () => (await api('/agents/deployments/create', { taskId })).deployment.projectId;
    return [await create(), await create(), (await read(taskId)).projectId];
  };
  const [one, two, own] = await projects('project-for-task');
  expect([two, own]).toEqual([one, one]);
  const [three, four, none] = await projects('project-each-task-deployment');
  expect(three).not.toBe(four);
  expect(none).toBeNull();
});
