import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from './index.ts';
import { type CdnClient, DAY_MS, MINUTE_MS, nobody, START_MS, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
});
afterEach(() => sim.close());

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('create', () => {
  test('answers with a receipt, and the task can be read whole', async () => {
    const fields = {
      title: 'Write summary',
      description: 'From the extracted text',
      taskListId: 'release-42',
      assignedAgentId: 'agent-writer',
      createdByAgentId: 'agent-coordinator',
      dependsOn: [nobody],
      metadata: { priority: 'high' },
      maxRetries: 5,
    };
    const { status, json } = await client.cdn('POST', '', fields);
    expect(status).toBe(201);
    expect(json).toEqual({
      taskId: expect.stringMatching(V4),
      orgId: 'acme',
      title: 'Write summary',
      status: 'pending',
      createdAt: START_MS,
    });
    expect(await client.get(json.taskId)).toEqual({
      ...fields,
      taskId: json.taskId,
      orgId: 'acme',
      status: 'pending',
      progress: 0,
      progressMessage: '',
      result: null,
      error: null,
      retryCount: 0,
      createdAt: START_MS,
      updatedAt: START_MS,
      startedAt: null,
      completedAt: null,
      expiresAt: null,
      blockedReason: null,
      blockedByTaskIds: null,
      blockedAt: null,
    });
  });

  test('a title is enough, and unknown fields are ignored or refused', async () => {
    const taskId = await client.create({ progress: 0.5, result: { a: 1 }, retryCount: 2 });
    expect(await client.get(taskId)).toMatchObject({
      description: '',
      taskListId: null,
      dependsOn: [],
      metadata: {},
      maxRetries: 3,
      progress: 0,
      result: null,
      retryCount: 0,
    });
    sim.quantcdn.setBehavior({ unknownFields: 'refused' });
    expect((await client.cdn('POST', '', { title: 'a', progress: 0.5 })).status).toBe(400);
  });

  test.each([
    ['in_progress', { startedAt: START_MS, completedAt: null }],
    ['completed', { completedAt: START_MS, expiresAt: START_MS + 30 * DAY_MS }],
    ['failed', { completedAt: START_MS, expiresAt: null }],
    ['blocked', { blockedAt: START_MS, blockedReason: 'no key' }],
  ])('a start as %s is stamped like a change to it', async (status, stamps) => {
    const taskId = await client.create({ status, blockedReason: 'no key' });
    expect(await client.get(taskId)).toMatchObject({ status, ...stamps });
  });
});

describe('what is refused with 400', () => {
  test.each([
    { title: '' },
    { title: '  ' },
    { title: 7 },
    { title: null },
    { status: 'done' },
    { status: null },
    { maxRetries: 11 },
    { maxRetries: -1 },
    { maxRetries: 1.5 },
    { dependsOn: ['x'] },
    { dependsOn: null },
    { dependsOn: nobody },
    { metadata: [] },
    { metadata: 'x' },
    { metadata: null },
    { description: null },
    { blockedByTaskIds: [1] },
  ])('by create and by update: %o', async (fields) => {
    const taskId = await client.create();
    const before = await client.get(taskId);
    expect(await client.cdn('POST', '', { title: 'a', ...fields })).toEqual({
      status: 400,
      json: { error: true, message: expect.stringContaining(Object.keys(fields)[0]!) },
    });
    expect((await client.cdn('PUT', `/${taskId}`, fields)).status).toBe(400);
    expect(await client.get(taskId)).toEqual(before);
    expect(sim.quantcdn.state().tasks).toHaveLength(1);
  });

  test.each([
    { progress: 1.01 },
    { progress: -0.1 },
    { progress: '0.5' },
    { progress: null },
    { retryCount: -1 },
    { result: null },
    { result: [] },
    { progressMessage: null },
    { retryCount: null },
  ])('by update: %o', async (fields) => {
    const taskId = await client.create();
    expect((await client.cdn('PUT', `/${taskId}`, fields)).status).toBe(400);
  });

  test('null at create, where only update accepts it', async () => {
    for (const name of ['taskListId', 'assignedAgentId', 'blockedReason', 'blockedByTaskIds'])
      expect((await client.cdn('POST', '', { title: 'a', [name]: null })).status).toBe(400);
  });

  test('a body that is missing, or no object', async () => {
    const taskId = await client.create();
    for (const body of [undefined, [], 'text', null]) {
      expect((await client.cdn('POST', '', body)).status).toBe(400);
      expect((await client.cdn('PUT', `/${taskId}`, body)).status).toBe(400);
    }
  });
});

describe('update', () => {
  test('answers with a receipt and changes what was sent only', async () => {
    const taskId = await client.create({ metadata: { a: 1, b: 2 }, assignedAgentId: 'agent-a' });
    const before = await client.get(taskId);
    sim.clock.advance(MINUTE_MS);
    const updatedAt = START_MS + MINUTE_MS;
    const fields = { progress: 0.5, progressMessage: '2 of 4', metadata: { b: 3 } };
    expect(await client.put(taskId, fields)).toEqual({ taskId, status: 'pending', updatedAt });
    expect(await client.get(taskId)).toEqual({ ...before, ...fields, updatedAt });
  });

  test('null clears where it may, absence leaves alone', async () => {
    const set = {
      taskListId: 'release-42',
      assignedAgentId: 'agent-a',
      blockedReason: 'no key',
      blockedByTaskIds: [nobody],
    };
    const taskId = await client.create(set);
    await client.put(taskId, { error: 'boom' });
    await client.put(taskId, {});
    expect(await client.get(taskId)).toMatchObject({ ...set, error: 'boom' });
    const cleared = Object.fromEntries([...Object.keys(set), 'error'].map((name) => [name, null]));
    await client.put(taskId, cleared);
    expect(await client.get(taskId)).toMatchObject(cleared);
  });

  test('the creator stays, and dependencies are replaced', async () => {
    const taskId = await client.create({ createdByAgentId: 'agent-a', dependsOn: [nobody] });
    await client.put(taskId, { createdByAgentId: 'agent-b', dependsOn: [] });
    expect(await client.get(taskId)).toMatchObject({ createdByAgentId: 'agent-a', dependsOn: [] });
  });

  test('an unknown task is 404, for any form of id', async () => {
    for (const id of [nobody, 'x', '%20', '__proto__']) {
      expect(await client.cdn('GET', `/${id}`)).toEqual({
        status: 404,
        json: { error: true, message: 'Task not found.' },
      });
      expect((await client.cdn('PUT', `/${id}`, { title: 'a' })).status).toBe(404);
      expect((await client.cdn('DELETE', `/${id}`)).status).toBe(404);
    }
  });
});
