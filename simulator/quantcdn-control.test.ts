import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTask, deploy, type Json, stillSimulator } from './client.fixture.ts';
import { predefinedAgent, type Simulator, seededQuantCdnToken } from './index.ts';
import { type CdnClient, cdnClientOf, nobody, START_MS, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn({ predefinedAgents: [predefinedAgent] }));
});
afterEach(() => sim.close());

async function control(method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(`${sim.controlUrl}/quantcdn${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { http: response.status, ...((await response.json()) as object) };
}

test("the log has each call with its token's name, and never the token", async () => {
  await client.cdn('GET', '?status=failed&limit=5');
  await cdnClientOf(sim, 'wrong').cdn('POST', '', { title: 'a' });
  const shared = { at: START_MS, organizationId: 'acme', timestamp: null };
  const path = '/organizations/acme/ai/tasks';
  expect(sim.calls.all()).toEqual([
    {
      ...shared,
      method: 'GET',
      path,
      query: { status: 'failed', limit: '5' },
      operation: 'listTasks',
      userId: 'seeded',
      status: 200,
    },
    {
      ...shared,
      method: 'POST',
      path,
      operation: 'createTask',
      userId: null,
      body: { title: 'a' },
      status: 401,
    },
  ]);
  expect(JSON.stringify(sim.calls.all())).not.toContain(seededQuantCdnToken.token);
  expect(sim.calls.counts()).toMatchObject({
    byOperation: { listTasks: 1, createTask: 1 },
    byOrganization: { acme: 2 },
  });
  sim.calls.reset();
  expect(sim.calls.counts()).not.toHaveProperty('byOperation');
});

test('other clients make, change and remove tasks behind the API', async () => {
  const taskId = sim.quantcdn.createTask('acme', { title: 'Theirs', dependsOn: [nobody] });
  sim.quantcdn.updateTask(taskId, { status: 'in_progress', assignedAgentId: 'faster' });
  expect(await client.get(taskId)).toMatchObject({ startedAt: START_MS, assignedAgentId: 'faster' });
  expect(sim.quantcdn.task(taskId)).toEqual(await client.get(taskId));
  const dependent = await client.create({ dependsOn: [taskId] });
  sim.quantcdn.removeTask(taskId);
  expect(sim.quantcdn.state().tasks.map((task) => task.taskId)).toEqual([dependent]);
  sim.quantcdn.removeAllTasks();
  expect(sim.quantcdn.state().tasks).toEqual([]);
  expect(() => sim.quantcdn.updateTask(taskId, {})).toThrow(`no task ${taskId}`);
});

test('another client writes between a write and its read back', async () => {
  const taskId = await client.create();
  const other = { after: 'updateTask', taskId, fields: { assignedAgentId: 'faster' } } as const;
  sim.quantcdn.interfere({ ...other, taskId: nobody });
  await control('POST', '/interferences', { ...other, times: 2 });
  const claim = async () => {
    await client.put(taskId, { assignedAgentId: 'slow', status: 'in_progress' });
    return (await client.get(taskId)).assignedAgentId;
  };
  expect([await claim(), await claim(), await claim()]).toEqual(['faster', 'faster', 'slow']);
  sim.quantcdn.interfere({ after: 'createTask', fields: { status: 'cancelled' } });
  expect((await client.get(await client.create())).status).toBe('cancelled');
});

test('changing a returned state does not change the simulator', async () => {
  const taskId = await client.create({ metadata: { a: 1 } });
  Object.assign(sim.quantcdn.task(taskId)?.metadata ?? {}, { a: 2 });
  expect((await client.get(taskId)).metadata).toEqual({ a: 1 });
});

test('every setting can be changed over HTTP', async () => {
  const token = { token: 'second', name: 'second', organisations: ['globex'] };
  await control('POST', '/tokens', token);
  const { taskId } = await control('POST', '/organisations/globex/tasks', { title: 'Theirs' });
  const theirs = cdnClientOf(sim, 'second', 'globex');
  await control('PUT', `/tasks/${taskId}`, { status: 'archived' });
  expect((await theirs.get(taskId)).status).toBe('archived');
  expect((await control('GET', `/tasks/${taskId}`)).title).toBe('Theirs');
  await control('POST', '/behavior', { errorShape: 'message', encoding: { lists: 'text' } });
  await control('POST', '/behavior', { encoding: { numbers: 'text' } });
  const state = await control('GET', '/state');
  expect(state).toMatchObject({
    behavior: { errorShape: 'message', encoding: { lists: 'text', numbers: 'text', graph: 'map' } },
    tasks: [{ taskId, dependsOn: [] }],
  });
  expect(state.tokens).toEqual([
    { name: 'seeded', organisations: ['acme'] },
    { name: 'second', organisations: ['globex'] },
  ]);
  await control('DELETE', `/tasks/${taskId}`);
  expect((await theirs.cdn('GET', `/${taskId}`)).json).toEqual({ message: 'Task not found.' });
  await control('POST', '/organisations/globex/tasks');
  await control('DELETE', '/tasks');
  expect((await control('GET', '/state')).tasks).toEqual([]);
  await control('DELETE', '/tokens/second');
  expect((await theirs.cdn('GET')).status).toBe(401);
  for (const [method, path] of [
    ['POST', '/tokens'],
    ['PUT', `/tasks/${nobody}`],
    ['GET', `/tasks/${nobody}`],
  ] as const)
    expect((await control(method, path, method === 'GET' ? undefined : {})).http).toBe(400);
});

test('the two services share a server and do not affect each other', async () => {
  const alone = await stillSimulator({ startMs: START_MS });
  const beside = await stillSimulator({ startMs: START_MS });
  const cdn = cdnClientOf(beside.sim);
  const taskIds = [await cdn.create(), await cdn.create()];
  expect(await deploy(beside.api)).toBe(await deploy(alone.api));
  expect((await createTask(beside.api)).id).toBe((await createTask(alone.api)).id);
  expect([await cdnClientOf(alone.sim).create()]).toEqual(taskIds.slice(0, 1));
  await Promise.all([alone.sim.close(), beside.sim.close()]);
});

test('tokens and behavior can be given at the start', async () => {
  const own = { token: 'mine', name: 'mine', organisations: ['initech'] };
  const other = await stillCdn({ quantcdn: { tokens: [own], behavior: { encoding: { numbers: 'text' } } } });
  const mine = cdnClientOf(other.sim, 'mine', 'initech');
  expect((await mine.get(await mine.create())).maxRetries).toBe('3');
  expect((await other.client.cdn('GET')).status).toBe(401);
  await other.sim.close();
});

test('as a process it prints its address after the first one', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const env = { ...process.env, SIMULATOR_PORT: '0' };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await once(child.stdout, 'data');
  const line = /^QuantConnect .*\nQuantCDN simulator on (http:\S+) \(organisation (\S+), token (\S+)\)\n$/;
  const [, quantCdnUrl = '', organisation, token] = line.exec(String(text)) ?? [];
  expect(String(text).match(/(http:\/\/\S+\/api\/v2)/)?.[1]).toBe(`${quantCdnUrl}/api/v2`);
  const real = cdnClientOf({ ...sim, quantCdnUrl }, token, organisation);
  expect((await real.get(await real.create())).status).toBe('pending');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
