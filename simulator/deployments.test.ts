import { afterEach, expect, test } from 'vitest';
import { type Api, createTask, deploy, type Json, organizationId, stillSimulator } from './client.fixture.ts';
import { type Simulator, type SimulatorOptions, seededAccount } from './index.ts';

let sim: Simulator;
let api: Api;
afterEach(() => sim.close());

async function start(options?: SimulatorOptions) {
  ({ sim, api } = await stillSimulator(options));
}
async function read(deploymentId: string): Promise<Json> {
  return (await api('/agents/deployments/read', { deploymentId })).deployment;
}
async function statuses(ids: string[]) {
  return Promise.all(ids.map(async (id) => (await read(id)).status));
}

test('a deployment waits, runs and completes, however late it is read', async () => {
  await start();
  const { id: taskId } = await createTask(api);
  const created = await api('/agents/deployments/create', { taskId });
  const { deploymentId } = created.deployment;
  expect(deploymentId).toMatch(/^A-[0-9a-f]{32}$/);
  expect(created.debug).toEqual({ id: deploymentId });
  expect(created.deployment).toMatchObject({ status: 'InQueue', started: null, ended: null, machine: null });

  sim.clock.advance(999);
  expect((await read(deploymentId)).status).toBe('InQueue');
  sim.clock.advance(1);
  expect(await read(deploymentId)).toMatchObject({ status: 'Running', machine: 'A4-8', ended: null });
  sim.clock.advance(3_600_000);
  expect(await read(deploymentId)).toMatchObject({
    status: 'Completed',
    created: '2026-05-06 19:00:00',
    started: '2026-05-06 19:00:01',
    ended: '2026-05-06 19:00:31',
    runtimeError: null,
  });
  const { deployments } = await api('/agents/deployments/list', { taskId });
  expect(deployments).toEqual([await read(deploymentId)]);
});

test('an A4-8 node runs four at once; the fifth starts when one ends', async () => {
  await start();
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.push(await deploy(api));
  sim.clock.advance(5_000);
  expect(await statuses(ids)).toEqual(['Running', 'Running', 'Running', 'Running', 'InQueue']);
  await api('/agents/deployments/stop', { deploymentId: ids[1] });
  expect(await statuses(ids)).toEqual(['Running', 'Stopped', 'Running', 'Running', 'Running']);
  expect(await read(ids[4]!)).toMatchObject({ started: '2026-05-06 19:00:05' });
});

test('one node runs deployments one after another, without a gap and without reads', async () => {
  await start();
  sim.control.setCapacity(organizationId, 1);
  const ids = [await deploy(api), await deploy(api), await deploy(api)];
  sim.clock.advance(10 * 60_000);
  const seen = await Promise.all(ids.map(read));
  expect(seen.map(({ started }) => started)).toEqual([
    '2026-05-06 19:00:01',
    '2026-05-06 19:00:31',
    '2026-05-06 19:01:01',
  ]);
  expect(seen.map(({ ended }) => ended)).toEqual([
    '2026-05-06 19:00:31',
    '2026-05-06 19:01:01',
    '2026-05-06 19:01:31',
  ]);
});

test('organizations do not share nodes', async () => {
  const other = 'e'.repeat(32);
  const organizations = [{ id: organizationId, nodeSku: 'A-MICRO' }, { id: other }];
  await start({ accounts: [{ ...seededAccount, organizations }] });
  const ids = [await deploy(api), await deploy(api), await deploy(api, { organizationId: other })];
  sim.clock.advance(2_000);
  expect(await statuses(ids)).toEqual(['Running', 'InQueue', 'Running']);
});

test('a full organization can refuse instead of queueing', async () => {
  await start({ behavior: { refuseWhenFull: true } });
  sim.control.setCapacity(organizationId, 1);
  const { id: taskId } = await createTask(api);
  await api('/agents/deployments/create', { taskId });
  const refused = await api('/agents/deployments/create', { taskId });
  expect(refused.success).toBe(false);
  expect(refused.errors[0]).toContain('no spare nodes available');
  sim.clock.advance(31_000);
  expect((await api('/agents/deployments/create', { taskId })).success).toBe(true);
});

test('a stop may take a while, counts once, and does not change a finished run', async () => {
  await start({ pace: { queueMs: 0, stepMs: 10_000, steps: 3, stopMs: 4_000 } });
  const deploymentId = await deploy(api);
  sim.clock.advance(1_000);
  const stop = () => api('/agents/deployments/stop', { deploymentId });
  expect(await stop()).toEqual({ success: true, errors: [] });
  expect(await read(deploymentId)).toMatchObject({ status: 'Stopping', ended: null });
  sim.clock.advance(3_000);
  expect((await stop()).success).toBe(true);
  sim.clock.advance(1_000);
  expect(await read(deploymentId)).toMatchObject({ status: 'Stopped', ended: '2026-05-06 19:00:05' });
  sim.clock.advance(60_000);
  expect((await stop()).success).toBe(true);
  expect((await read(deploymentId)).ended).toBe('2026-05-06 19:00:05');
});

test('a queued deployment stops without ever running', async () => {
  await start();
  sim.control.setCapacity(organizationId, 1);
  const ids = [await deploy(api), await deploy(api), await deploy(api)];
  await api('/agents/deployments/stop', { deploymentId: ids[1] });
  sim.clock.advance(32_000);
  expect(await statuses(ids)).toEqual(['Completed', 'Stopped', 'Running']);
  expect(await read(ids[1]!)).toMatchObject({ started: null, ended: '2026-05-06 19:00:00' });
});

test('a prompt revives a finished deployment, unless prompts are strict', async () => {
  await start();
  const deploymentId = await deploy(api);
  sim.clock.advance(60_000);
  const prompt = () => api('/agents/deployments/prompt', { deploymentId, prompt: 'Test with ROC(30)' });
  sim.control.setBehavior({ strictPrompts: true });
  expect((await prompt()).success).toBe(false);
  sim.control.setBehavior({ strictPrompts: false });
  expect(await prompt()).toEqual({ success: true, errors: [], message: 'Prompt run started.' });
  expect(await read(deploymentId)).toMatchObject({ status: 'Running', ended: null });
  sim.clock.advance(30_000);
  expect(await read(deploymentId)).toMatchObject({ status: 'Completed', ended: '2026-05-06 19:01:30' });
});

test('a prompt to a running deployment makes it run longer', async () => {
  await start();
  const deploymentId = await deploy(api);
  sim.clock.advance(11_000);
  await api('/agents/deployments/prompt', { deploymentId, prompt: 'And then?' });
  sim.clock.advance(49_999);
  expect((await read(deploymentId)).status).toBe('Running');
  sim.clock.advance(1);
  expect((await read(deploymentId)).status).toBe('Completed');
});

test('a deleted deployment is gone and frees its node', async () => {
  await start();
  sim.control.setCapacity(organizationId, 1);
  const [first, second] = [await deploy(api), await deploy(api)];
  sim.clock.advance(5_000);
  await api('/agents/deployments/delete', { deploymentId: first });
  expect((await read(second)).status).toBe('Running');
  const gone = { success: false, errors: ['Deployment not found.'] };
  for (const verb of ['read', 'stop', 'delete', 'conversation/read']) {
    expect(await api(`/agents/deployments/${verb}`, { deploymentId: first })).toEqual(gone);
  }
  expect(await api('/agents/deployments/prompt', { deploymentId: first, prompt: 'Hello?' })).toEqual(gone);
});

test('scripts decide outcome, spelling and error', async () => {
  await start({ script: { spelling: { InQueue: 'Initializing' } } });
  const { id: taskId } = await createTask(api);
  sim.control.scriptTask(taskId, {
    outcome: 'Failed',
    runtimeError: 'token cap reached',
    spelling: { InQueue: 'inqueue', Failed: 'RuntimeError' },
  });
  const { deployment } = await api('/agents/deployments/create', { taskId });
  expect(deployment.status).toBe('inqueue');
  expect(await read(await deploy(api))).toMatchObject({ status: 'Initializing' });
  sim.clock.advance(60_000);
  expect(await read(deployment.deploymentId)).toMatchObject({
    status: 'RuntimeError',
    runtimeError: 'token cap reached',
  });
});

test('a script reaches a running deployment without taking back what was shown', async () => {
  await start();
  const [waiting, running] = [await deploy(api), await deploy(api)];
  sim.control.scriptDeployment(waiting, { queueMs: 20_000, steps: 1 });
  sim.clock.advance(16_000);
  sim.control.scriptDeployment(running, { steps: 1 });
  expect(await statuses([waiting, running])).toEqual(['InQueue', 'Running']);
  sim.clock.advance(4_000);
  expect(await statuses([waiting, running])).toEqual(['Running', 'Running']);
  sim.clock.advance(1_000);
  expect(await read(running)).toMatchObject({ status: 'Completed', ended: '2026-05-06 19:00:21' });
  sim.clock.advance(9_000);
  expect(await read(waiting)).toMatchObject({ status: 'Completed', ended: '2026-05-06 19:00:30' });
});

test('an endless run ends when it is stopped', async () => {
  await start({ script: { endless: true } });
  const [first, second] = [await deploy(api), await deploy(api)];
  sim.clock.advance(86_400_000);
  expect(await statuses([first, second])).toEqual(['Running', 'Running']);
  sim.control.scriptDeployment(first, { endless: false });
  sim.control.endDeployment(second, 'Failed', 'out of memory');
  expect(await read(first)).toMatchObject({ status: 'Completed', ended: '2026-05-07 19:00:00' });
  expect(await read(second)).toMatchObject({ status: 'Failed', runtimeError: 'out of memory' });
});

test('ten thousand deployments settle in one read', async () => {
  await start({ pace: { queueMs: 0, stepMs: 1, steps: 3 } });
  const { id: taskId } = await createTask(api);
  for (let i = 0; i < 100; i += 1) {
    await Promise.all(Array.from({ length: 100 }, () => api('/agents/deployments/create', { taskId })));
  }
  expect(sim.control.state().organizations[0]).toMatchObject({ running: 4, waiting: 9_996 });
  sim.clock.advance(60_000);
  const { task } = await api('/agents/tasks/read', { taskId });
  expect(task).toMatchObject({ deployments: 10_000, status: [] });
});

test('the same seed gives the same ids', async () => {
  await start({ seed: 7 });
  const first = await deploy(api);
  await sim.close();
  await start({ seed: 7 });
  expect(await deploy(api)).toBe(first);
});
