import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Encoding,
  type Simulator,
  seededQuantCdnToken,
  startSimulator,
} from '../../../simulator/index.ts';
import { isAmbiguous } from '../failure.ts';
import type { QuantCdnClient } from './client.ts';
import { alice, bob, errorOf, type Setup, START_MS, setUp, TOKEN } from './setup.test-support.ts';

const nobody = '00000000-0000-4000-8000-000000000000';
const startedAt = new Date(START_MS).toISOString();

let sim: Simulator;
let setup: Setup;
let client: QuantCdnClient;
beforeEach(async () => {
  sim = await startSimulator({ manualClock: true, startMs: START_MS });
  setup = setUp(sim.quantCdnUrl);
  client = setup.upstream.client(alice, 'interactive');
});
afterEach(async () => {
  await setup.upstream.close();
  await sim.close();
});

function operations() {
  return sim.calls.all().map(({ operation }) => operation);
}

function count() {
  return sim.quantcdn.state().tasks.length;
}

async function make(fields: Partial<Parameters<QuantCdnClient['createTask']>[0]> = {}) {
  return (await client.createTask({ title: 'Write summary', ...fields })).id;
}

test('the seeded token is the one these tests use', () => expect(seededQuantCdnToken.token).toBe(TOKEN));

describe('each operation', () => {
  test('create sends what is given and answers the id of the receipt', async () => {
    const fields = {
      description: 'd',
      taskListId: 'release-42',
      assignedAgentId: 'writer',
      createdByAgentId: 'coordinator',
      dependsOn: [nobody],
      metadata: { priority: 'high', nested: { a: [1, null] } },
      maxRetries: 0,
      blockedReason: 'waits',
      blockedByTaskIds: [nobody],
    };
    const { id } = await client.createTask({ title: 't', rawStatus: 'blocked', ...fields });
    expect(sim.quantcdn.task(id)).toMatchObject({ title: 't', status: 'blocked', ...fields });
    expect(sim.calls.all()[0]?.body).toEqual({ title: 't', status: 'blocked', ...fields });
    await client.createTask({ title: 't' });
    expect(sim.calls.all()[1]?.body).toEqual({ title: 't' });
  });

  test('read shows the whole task', async () => {
    const id = await make({ taskListId: 'a', dependsOn: [nobody], metadata: { n: 1 } });
    sim.quantcdn.updateTask(id, { status: 'completed', progress: 0.5, result: { words: 3 } });
    expect(await client.readTask(id)).toEqual({
      id,
      organisation: 'acme',
      taskListId: 'a',
      title: 'Write summary',
      description: '',
      status: 'COMPLETED',
      rawStatus: 'completed',
      assignedAgentId: null,
      progress: 0.5,
      blockedReason: null,
      blockedByTaskIds: null,
      createdAt: startedAt,
      updatedAt: startedAt,
      details: {
        createdByAgentId: null,
        dependsOn: [nobody],
        metadata: { n: 1 },
        progressMessage: '',
        result: { words: 3 },
        error: null,
        retryCount: 0,
        maxRetries: 3,
        startedAt: null,
        completedAt: startedAt,
        expiresAt: '2026-01-31T00:00:00.000Z',
        blockedAt: null,
      },
      raw: null,
      incompleteFields: [],
    });
  });

  test('update distinguishes absent from null, and reports a missing task', async () => {
    const id = await make({ taskListId: 'a', assignedAgentId: 'writer' });
    const changes = { assignedAgentId: null, rawStatus: 'in_progress', progress: 0.25, dependsOn: [] };
    await client.updateTask(id, { ...changes, title: undefined });
    expect(sim.calls.all().at(-1)?.body).toEqual({
      assignedAgentId: null,
      status: 'in_progress',
      progress: 0.25,
      dependsOn: [],
    });
    expect(sim.quantcdn.task(id)).toMatchObject({ taskListId: 'a', assignedAgentId: null, progress: 0.25 });
    const rest = { description: 'd', progressMessage: 'm', error: null, retryCount: 1, maxRetries: 2 };
    const more = { title: 'n', taskListId: null, blockedReason: null, blockedByTaskIds: null };
    const objects = { metadata: { a: 1 }, result: { b: 2 } };
    await client.updateTask(id, { ...rest, ...more, ...objects });
    expect(sim.calls.all().at(-1)?.body).toEqual({ ...rest, ...more, ...objects });
    expect(await errorOf(client.updateTask(nobody, {}))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('delete takes one task, or with cascade all that depend on it', async () => {
    const first = await make();
    const second = await make({ dependsOn: [first] });
    const third = await make({ dependsOn: [second] });
    const error = await errorOf(client.deleteTask(first, false));
    expect(error).toMatchObject({
      code: 'CONFLICT',
      message: 'Cannot delete task with 1 dependent task(s). Use cascade=true to delete all.',
      details: { dependentTaskIds: [second] },
    });
    expect(isAmbiguous(error)).toBe(false);
    expect(await client.deleteTask(third, false)).toEqual([third]);
    expect(await client.deleteTask(first, true)).toEqual([first, second]);
    expect(await errorOf(client.deleteTask(first, false))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await errorOf(client.readTask(first))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('list filters, newest first, with the highest allowed limit', async () => {
    const old = await make({ taskListId: 'a' });
    const young = await make({ taskListId: 'a', assignedAgentId: 'writer', rawStatus: 'failed' });
    await make({ taskListId: 'b' });
    const { tasks, isFull } = await client.listTasks({ taskListId: 'a' });
    expect(tasks.map(({ id, details }) => [id, details])).toEqual([
      [young, null],
      [old, null],
    ]);
    expect(isFull).toBe(false);
    expect(sim.calls.all().at(-1)?.query).toEqual({ taskListId: 'a', limit: '100' });
    const all = { taskListId: 'a', rawStatus: 'failed', assignedAgentId: 'writer' };
    expect(await client.listTasks({ ...all, limit: 1 })).toMatchObject({
      tasks: [{ id: young }],
      isFull: true,
    });
    expect((await client.listTasks({ ...all, assignedAgentId: 'x' })).tasks).toEqual([]);
  });

  test('a list of whole tasks has their details', async () => {
    sim.quantcdn.setBehavior({ listItems: 'full' });
    const id = await make({ dependsOn: [nobody] });
    expect((await client.listTasks({})).tasks).toEqual([await client.readTask(id)]);
  });

  test('the reverse look-up brings tasks', async () => {
    const first = await make();
    const second = await make({ dependsOn: [first] });
    const { tasks } = await client.listTasks({ dependsOn: first, limit: 5 });
    expect(tasks).toMatchObject([{ id: second, title: 'Write summary', details: null }]);
    expect(sim.calls.all().at(-1)?.query).toEqual({ dependsOn: first, includeDetails: 'true', limit: '5' });
  });

  test('the graph shows the list, names with slashes too', async () => {
    const list = 'a/ä? %2e';
    const first = await make({ taskListId: list, dependsOn: [nobody] });
    const second = await make({ taskListId: list, dependsOn: [first] });
    expect(await client.readGraph(list)).toEqual({
      taskListId: list,
      taskCount: 2,
      roots: [],
      leaves: [second],
      nodes: [
        {
          id: first,
          title: 'Write summary',
          status: 'PENDING',
          rawStatus: 'pending',
          dependsOn: [nobody],
          dependents: [second],
        },
        {
          id: second,
          title: 'Write summary',
          status: 'PENDING',
          rawStatus: 'pending',
          dependsOn: [first],
          dependents: [],
        },
      ],
      isComplete: true,
      raw: null,
    });
    const empty = {
      taskListId: 'x',
      taskCount: 0,
      roots: [],
      leaves: [],
      nodes: [],
      isComplete: true,
      raw: null,
    };
    expect(await client.readGraph('x')).toEqual(empty);
  });
});

describe('odd encodings show the same', () => {
  test.each<[Partial<Encoding>]>([
    [{ objects: 'text' }],
    [{ objects: 'emptyAsList' }],
    [{ lists: 'map' }],
    [{ lists: 'text' }],
    [{ lists: 'emptyAsNull' }],
    [{ graph: 'list' }],
    [{ graph: 'text' }],
    [{ graph: 'text', lists: 'text', objects: 'text', numbers: 'text', nulls: 'absent' }],
    [{ nulls: 'absent' }],
    [{ numbers: 'text' }],
    [{ expiresAt: 'seconds' }],
    [{ expiresAt: 'seconds', numbers: 'text' }],
  ])('%o', async (encoding) => {
    const first = await make({ taskListId: 'a', metadata: { list: [], n: 1 } });
    const second = await make({ taskListId: 'a', dependsOn: [first], blockedByTaskIds: [first] });
    sim.quantcdn.updateTask(first, { status: 'completed', progress: 0.5, result: {} });
    const look = async () => [
      await client.readTask(first),
      await client.readTask(second),
      await client.readGraph('a'),
      await client.listTasks({ taskListId: 'a' }),
    ];
    const plain = await look();
    sim.quantcdn.setBehavior({ encoding });
    expect(await look()).toEqual(plain);
    expect(await client.deleteTask(first, true)).toEqual([first, second]);
  });

  test('extra fields are raw, and missing fields become empty', async () => {
    const id = await make({ taskListId: 'a' });
    const plain = await client.readTask(id);
    sim.faults.add({ kind: 'extraFields' });
    const surprise = { since: 2031, list: [null, 1.5, 'x'] };
    expect(await client.readTask(id)).toEqual({ ...plain, raw: { surprise } });
    sim.faults.add({ kind: 'missingFields', times: 'forever' });
    const { tasks } = await client.listTasks({});
    expect(tasks).toMatchObject([
      { id, organisation: 'acme', title: '', status: 'UNKNOWN', createdAt: null },
    ]);
    expect((await client.readTask(id)).details).toMatchObject({ dependsOn: [], metadata: null });
    expect((await client.readGraph('a')).nodes).toMatchObject([{ id, dependsOn: [], dependents: [] }]);
    await client.updateTask(id, { title: 'x' });
    expect(await make()).toMatch(/-/);
  });

  test('an unknown status is kept, and a prototype key is not', async () => {
    const id = await make();
    sim.faults.add({ kind: 'unknownStatus' }, { kind: 'protoPollution' });
    expect(await client.readTask(id)).toMatchObject({ status: 'UNKNOWN', rawStatus: 'hibernating' });
    const task = await client.readTask(id);
    expect(task).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('lost replies', () => {
  test('neither a lost nor a failed create is sent again', async () => {
    sim.faults.add({ kind: 'lostReply' });
    const lost = await errorOf(make());
    expect(lost).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect([isAmbiguous(lost), count(), operations().length]).toEqual([true, 1, 1]);
    sim.faults.add({ kind: 'status500' });
    expect(isAmbiguous(await errorOf(make()))).toBe(true);
    sim.faults.add({ kind: 'refusal', message: 'No.' });
    expect(isAmbiguous(await errorOf(make()))).toBe(false);
    expect(count()).toBe(1);
  });

  test('a PUT is sent again', async () => {
    const id = await make();
    sim.faults.add({ kind: 'lostReply' }, { kind: 'status500' });
    await client.updateTask(id, { rawStatus: 'in_progress' });
    expect(operations()).toEqual(['createTask', 'updateTask', 'updateTask', 'updateTask']);
  });

  test('a DELETE is sent again, and a 404 after a lost answer means done', async () => {
    const id = await make();
    sim.faults.add({ kind: 'lostReply' });
    expect(await client.deleteTask(id, false)).toEqual([id]);
    expect(operations()).toEqual(['createTask', 'deleteTask', 'deleteTask']);
    expect(count()).toBe(0);
  });

  test('a 404 at the first attempt is NOT_FOUND', async () => {
    expect(await errorOf(client.deleteTask(nobody, true))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('credentials', () => {
  test('a wrong token, and an organisation that the token does not open', async () => {
    const other = (credential: Partial<typeof bob>) =>
      setup.upstream.client({ ...bob, ...credential }, 'interactive').listTasks({});
    expect(await errorOf(other({}))).toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    for (const organisation of ['globex', 'acme/../acme', '../..']) {
      const error = await errorOf(other({ organisation, apiToken: TOKEN }));
      expect(error).toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    }
    expect(operations()).toHaveLength(4);
    for (const unsendable of ['', 'a\nb', 'tokén'])
      expect(await errorOf(other({ apiToken: unsendable }))).toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    for (const organisation of ['', '.', '..', '\ud800'])
      expect(await errorOf(other({ organisation }))).toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    expect(operations()).toHaveLength(4);
  });

  test('a valid token that is refused is the credential too, and nothing was done', async () => {
    sim.faults.add({ kind: 'http403' }, { kind: 'http401' });
    for (const code of ['CREDENTIAL_REJECTED', 'CREDENTIAL_REJECTED']) {
      const error = await errorOf(make());
      expect(error).toMatchObject({ code });
      expect(isAmbiguous(error)).toBe(false);
    }
    expect(count()).toBe(0);
  });
});

test('the upstream clock is learned from two answers that agree', async () => {
  const other = await startSimulator({ manualClock: true, startMs: START_MS, clockSkewMs: 600_000 });
  const skewed = setUp(other.quantCdnUrl);
  const reader = skewed.upstream.client(alice, 'poll');
  await reader.listTasks({});
  expect(skewed.upstream.clockOffsetMs()).toBe(0);
  await reader.listTasks({});
  expect(Math.round(skewed.upstream.clockOffsetMs() / 10_000)).toBe(60);
  expect(JSON.stringify(skewed.notices)).toContain('upstream clock differs');
  await skewed.upstream.close();
  await other.close();
});
