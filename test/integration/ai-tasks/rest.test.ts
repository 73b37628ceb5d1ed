import { expect, test } from 'vitest';
import { type AiGateway, bootAi, ORGANISATION } from '../../support/ai-gateway.ts';

const GONE = '00000000-0000-4000-8000-000000000000';

/** An answer of a REST route; bodies are judged by what is in them. */
function asker({ ada }: AiGateway) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await ada.request(`/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

test('an AI task is created, read, updated, claimed and deleted', async () => {
  await using running = await bootAi();
  const ask = asker(running);
  const first = running.made({ taskListId: 'release' });
  const input = {
    title: 'Write summary',
    status: 'pending',
    taskListId: 'release',
    dependsOn: [first],
    metadata: { a: 1 },
  };

  const made = await ask('POST', '/ai-tasks', input, { 'idempotency-key': 'k' });
  const again = await ask('POST', '/ai-tasks', input, { 'idempotency-key': 'k' });
  const path = `/ai-tasks/${made.body.id}`;

  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    ...{ id: expect.any(String), organisation: ORGANISATION, ...input, description: '', status: 'PENDING' },
    ...{
      rawStatus: 'pending',
      assignedAgentId: null,
      createdByAgentId: null,
      progress: 0,
      progressMessage: '',
    },
    ...{
      metadata: { a: 1, quantgate: expect.anything() },
      result: null,
      error: null,
      retryCount: 0,
      maxRetries: 3,
    },
    ...{ blockedReason: null, blockedByTaskIds: null, startedAt: null, completedAt: null, expiresAt: null },
    ...{
      raw: null,
      blockedAt: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    },
  });
  expect(again.body).toEqual(made.body);
  expect((await ask('GET', path)).body).toEqual(made.body);

  const patched = await ask('PATCH', path, { progress: 0.5, metadataPatch: { b: 2 }, dependsOn: [] });
  expect(patched.body).toMatchObject({ progress: 0.5, dependsOn: [], metadata: { a: 1, b: 2 } });
  const claimed = await ask('POST', `${path}/claim`, { agentId: 'agent-a' });
  expect(claimed.body).toMatchObject({ status: 'IN_PROGRESS', assignedAgentId: 'agent-a' });
  const late = await ask('POST', `${path}/claim`, { agentId: 'agent-b' });
  expect([late.status, late.body.code]).toEqual([409, 'CONFLICT']);
  expect(await ask('DELETE', path)).toEqual({ status: 200, body: { deletedIds: [made.body.id] } });
  expect((await ask('GET', path)).status).toBe(404);
});

test("a list has the upstream's fields, and whole tasks with details=true", async () => {
  await using running = await bootAi();
  const { made, costOf } = running;
  const ask = asker(running);
  const root = made({ title: 'root', status: 'completed' });
  made({ title: 'leaf', dependsOn: [root], metadata: { a: 1 } });

  const small = await costOf(async () => {
    const { body } = await ask('GET', '/ai-tasks');
    expect(body).toMatchObject({ isComplete: true, aiTasks: [{ title: 'leaf' }, { title: 'root' }] });
    expect((body.aiTasks as object[])[0]).not.toHaveProperty('metadata');
  });
  const large = await costOf(async () => {
    const { body } = await ask('GET', '/ai-tasks?details=true');
    expect(body.aiTasks).toMatchObject([
      { title: 'leaf', dependsOn: [root], metadata: { a: 1 } },
      { title: 'root', dependsOn: [] },
    ]);
  });

  expect(small).toEqual({ listTasks: 1 });
  expect(large).toEqual({ listTasks: 1, getTask: 2 });
  expect((await ask('GET', `/ai-tasks?dependsOn=${root}&status=PENDING&limit=1`)).body.aiTasks).toHaveLength(
    1,
  );
  expect((await ask('GET', '/ai-tasks?status=completed')).body.aiTasks).toMatchObject([{ id: root }]);
});

test('an incomplete list is an error', async () => {
  await using running = await bootAi();
  for (let index = 0; index < 101; index += 1) running.made();

  const { body } = await asker(running)('GET', '/ai-tasks');

  expect(body).toMatchObject({ isComplete: false });
  expect(body.aiTasks).toHaveLength(100);
});

test('a graph comes with everything derived from it', async () => {
  await using running = await bootAi();
  const { made } = running;
  const root = made({ taskListId: 'a/b' });
  const leaf = made({ taskListId: 'a/b', dependsOn: [root], status: 'blocked' });

  const { body } = await asker(running)('GET', '/ai-task-lists/a%2Fb/graph');

  expect(body).toEqual({
    ...{
      taskListId: 'a/b',
      taskCount: 2,
      roots: [root],
      leaves: [leaf],
      done: [],
      running: [],
      ready: [root],
    },
    ...{ blocked: [{ id: leaf, by: [root] }], unreachable: [], criticalPath: [root, leaf], cycles: [] },
    ...{ isComplete: true, raw: null, stages: [[root], [leaf]], groups: [[root, leaf]] },
    nodes: [
      {
        id: root,
        title: 'a task',
        status: 'PENDING',
        rawStatus: 'pending',
        dependsOn: [],
        dependents: [leaf],
      },
      {
        id: leaf,
        title: 'a task',
        status: 'BLOCKED',
        rawStatus: 'blocked',
        dependsOn: [root],
        dependents: [],
      },
    ],
  });
});

test('invalid input is a problem document that names fields of the body', async () => {
  await using running = await bootAi();
  const { made } = running;
  const ask = asker(running);
  const root = made();
  const leaf = made({ dependsOn: [root] });

  const wrong = await ask('PATCH', `/ai-tasks/${root}`, { dependsOn: [leaf] });
  expect(wrong.body).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', fields: [{ path: 'dependsOn' }] });
  const nulls = await ask('PATCH', `/ai-tasks/${root}`, { title: null, progress: 2, error: null });
  expect((nulls.body.fields as { path: string }[]).map(({ path }) => path)).toEqual(['title', 'progress']);
  const unknown = await ask('PATCH', `/ai-tasks/${root}`, { retries: 1 });
  expect(unknown.status).toBe(400);
  const kept = await ask('DELETE', `/ai-tasks/${root}`);
  expect(kept.body).toMatchObject({ status: 409, code: 'CONFLICT', dependentTaskIds: [leaf] });
  const all = await ask('DELETE', `/ai-tasks/${root}?cascade=true`);
  expect(new Set(all.body.deletedIds as string[])).toEqual(new Set([root, leaf]));
  expect((await ask('GET', `/ai-tasks/${GONE}`)).body.code).toBe('NOT_FOUND');
  expect((await ask('GET', '/ai-tasks?limit=501')).status).toBe(400);
});
