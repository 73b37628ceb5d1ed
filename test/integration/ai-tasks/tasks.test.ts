import { expect, test } from 'vitest';
import {
  type AiTaskAnswer,
  bootAi,
  CREATE_AI_TASK,
  DELETE_AI_TASK,
  ORGANISATION,
  READ_AI_TASK,
  UPDATE_AI_TASK,
} from '../../support/ai-gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const LIST = `query ($filter: AiTaskFilter) { aiTasks(filter: $filter) { id title } }`;

interface Listed {
  aiTasks: { id: string; title: string }[];
}

test("Mutation.createAiTask returns the whole task, not the upstream's receipt", async () => {
  await using running = await bootAi();
  const { ada, made, upstream } = running;
  const first = made();
  const input = {
    title: 'Write summary',
    description: 'From the extracted text',
    taskListId: 'release-42',
    status: 'BLOCKED',
    assignedAgentId: 'agent-writer',
    createdByAgentId: 'agent-coordinator',
    dependsOn: [first, first],
    metadata: { priority: 'high' },
    maxRetries: 5,
    blockedReason: 'No ink',
    blockedByTaskIds: [first],
  };

  const { task } = await ada.ask<AiTaskAnswer>(CREATE_AI_TASK, { input });

  expect(task).toMatchObject({
    ...input,
    dependsOn: [first],
    metadata: { priority: 'high', quantgate: { request: expect.any(String) } },
    organisation: ORGANISATION,
    rawStatus: 'blocked',
    progress: 0,
    result: null,
    error: null,
    retryCount: 0,
    startedAt: null,
    blockedAt: expect.stringMatching(/Z$/),
    cursor: null,
    isGone: false,
  });
  expect(upstream(task.id)).toMatchObject({ title: input.title, maxRetries: 5, dependsOn: [first] });
  expect((await ada.ask<AiTaskAnswer>(READ_AI_TASK, { id: task.id })).task).toEqual(task);
});

test('Mutation.createAiTask leaves absent and null fields to the upstream', async () => {
  await using running = await bootAi();

  const { task } = await running.ada.ask<AiTaskAnswer>(CREATE_AI_TASK, {
    input: {
      title: 'Bare',
      status: null,
      taskListId: null,
      dependsOn: null,
      metadata: null,
      maxRetries: null,
    },
  });

  expect(task).toMatchObject({ status: 'PENDING', taskListId: null, dependsOn: [], maxRetries: 3 });
});

test('Mutation.createAiTask names every wrong field at once, and sends nothing', async () => {
  await using running = await bootAi();
  const { ada, simulator } = running;
  const input = {
    title: ' ',
    taskListId: '..',
    status: 'UNKNOWN',
    assignedAgentId: '',
    dependsOn: ['no id'],
    metadata: ['no object'],
    maxRetries: 11,
    blockedByTaskIds: [NOBODY, '../x'],
  };
  simulator.calls.reset();

  const { extensions } = await refusalOf(ada, CREATE_AI_TASK, { input });

  expect(extensions.code).toBe('BAD_USER_INPUT');
  expect((extensions.fields as { path: string }[]).map(({ path }) => path).toSorted()).toEqual([
    'input.assignedAgentId',
    'input.blockedByTaskIds.1',
    'input.dependsOn.0',
    'input.maxRetries',
    'input.metadata',
    'input.status',
    'input.taskListId',
    'input.title',
  ]);
  expect(simulator.calls.count()).toBe(0);
});

test('Query.aiTasks filters, and filters combine', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const root = made({ title: 'root', taskListId: 'l', status: 'completed' });
  made({ title: 'a', taskListId: 'l', assignedAgentId: 'x', dependsOn: [root] });
  made({ title: 'b', taskListId: 'l', assignedAgentId: 'x', status: 'in_progress', dependsOn: [root] });
  made({ title: 'c', taskListId: 'm', assignedAgentId: 'x' });
  const titles = async (filter: Record<string, unknown> | null) =>
    (await ada.ask<Listed>(LIST, { filter })).aiTasks.map(({ title }) => title);

  expect(await titles(null)).toEqual(['c', 'b', 'a', 'root']);
  expect(await titles({ taskListId: 'l' })).toEqual(['b', 'a', 'root']);
  expect(await titles({ status: 'PENDING' })).toEqual(['c', 'a']);
  expect(await titles({ status: 'PENDING', taskListId: 'l', assignedAgentId: 'x' })).toEqual(['a']);
  expect(await titles({ dependsOn: root })).toEqual(['b', 'a']);
  expect(await titles({ dependsOn: root, status: 'IN_PROGRESS', taskListId: null })).toEqual(['b']);
  expect(await titles({ limit: 2 })).toEqual(['c', 'b']);
  expect(await titles({ taskListId: 'nobody uses it' })).toEqual([]);
});

test.each([
  ['status', { status: 'UNKNOWN' }],
  ['limit', { limit: 0 }],
  ['limit', { limit: 501 }],
  ['dependsOn', { dependsOn: 'no id' }],
  ['taskListId', { taskListId: '' }],
])('Query.aiTasks refuses an invalid filter: %s', async (name, filter) => {
  await using running = await bootAi();

  const { extensions } = await refusalOf(running.ada, LIST, { filter });

  expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: `filter.${name}` }] });
});

test('Query.aiTask is NOT_FOUND for a missing task, without a call for an invalid id', async () => {
  await using running = await bootAi();
  const { ada, costOf } = running;

  expect((await refusalOf(ada, READ_AI_TASK, { id: NOBODY })).extensions.code).toBe('NOT_FOUND');
  const cost = await costOf(async () => {
    expect((await refusalOf(ada, READ_AI_TASK, { id: '../x?y' })).extensions.code).toBe('NOT_FOUND');
  });
  expect(cost).toEqual({});
});

test('Mutation.updateAiTask distinguishes absent from null', async () => {
  await using running = await bootAi();
  const { ada, made, upstream } = running;
  const first = made();
  const id = made({
    taskListId: 'l',
    assignedAgentId: 'a',
    dependsOn: [first],
    metadata: { a: 1 },
    error: 'Oh',
    blockedReason: 'No ink',
    blockedByTaskIds: [first],
    progressMessage: '1 of 4',
  });
  const before = upstream(id);

  const { task } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, {
    id,
    input: {
      taskListId: null,
      assignedAgentId: null,
      error: null,
      blockedReason: null,
      blockedByTaskIds: null,
    },
  });

  const cleared = {
    taskListId: null,
    assignedAgentId: null,
    error: null,
    blockedReason: null,
    blockedByTaskIds: null,
  };
  expect(task).toMatchObject({
    ...cleared,
    metadata: { a: 1 },
    progressMessage: '1 of 4',
    dependsOn: [first],
  });
  expect(upstream(id)).toEqual({ ...before, ...cleared, updatedAt: expect.any(Number) });

  const { task: done } = await ada.ask<AiTaskAnswer>(UPDATE_AI_TASK, {
    id,
    input: {
      ...{ title: 'T', description: '', status: 'COMPLETED', dependsOn: [], metadata: {}, progress: 1 },
      ...{ progressMessage: '', result: { files: 3 }, retryCount: 2, maxRetries: 0 },
    },
  });
  expect(done).toMatchObject({
    ...{ title: 'T', description: '', status: 'COMPLETED', dependsOn: [], metadata: {}, progress: 1 },
    ...{ result: { files: 3 }, retryCount: 2, maxRetries: 0, expiresAt: expect.any(String) },
  });
});

test('Mutation.updateAiTask refuses forbidden nulls and values out of range', async () => {
  await using running = await bootAi();
  const { ada, made, costOf } = running;
  const id = made();
  const never = [
    ...['title', 'description', 'status', 'dependsOn', 'metadata', 'metadataPatch', 'progress'],
    ...['progressMessage', 'result', 'retryCount', 'maxRetries'],
  ];
  const fieldsOf = async (input: Record<string, unknown>) => {
    const { extensions } = await refusalOf(ada, UPDATE_AI_TASK, { id, input });
    return (extensions.fields as { path: string; message: string }[]).map(({ path }) => path).toSorted();
  };

  const cost = await costOf(async () => {
    const nulls = Object.fromEntries(never.filter((name) => name !== 'metadata').map((name) => [name, null]));
    expect(await fieldsOf(nulls)).toEqual(
      Object.keys(nulls)
        .map((name) => `input.${name}`)
        .toSorted(),
    );
    expect(await fieldsOf({ metadata: null })).toEqual(['input.metadata']);
    expect(
      await fieldsOf({ progress: 1.1, retryCount: -1, result: 'text', metadataPatch: [], maxRetries: -1 }),
    ).toEqual(
      ['maxRetries', 'metadataPatch', 'progress', 'result', 'retryCount'].map((name) => `input.${name}`),
    );
    expect(await fieldsOf({ metadata: {}, metadataPatch: {} })).toEqual(['input.metadataPatch']);
  });
  expect(cost).toEqual({});
});

test('Mutation.deleteAiTask deletes a task, and with cascade all that depend on it', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  const root = made();
  const [left, right] = [made({ dependsOn: [root] }), made({ dependsOn: [root] })];
  const last = made({ dependsOn: [left, right] });

  const { extensions, message } = await refusalOf(ada, DELETE_AI_TASK, { id: root });
  expect(extensions).toMatchObject({ code: 'CONFLICT', dependentTaskIds: [left, right] });
  expect(message).toContain('2 dependent');
  expect(simulator.quantcdn.state().tasks).toHaveLength(4);

  expect(await ada.ask(DELETE_AI_TASK, { id: last })).toEqual({ deleted: { deletedIds: [last] } });
  const { deleted } = await ada.ask<{ deleted: { deletedIds: string[] } }>(DELETE_AI_TASK, {
    id: root,
    cascade: true,
  });
  expect(new Set(deleted.deletedIds)).toEqual(new Set([root, left, right]));
  expect(simulator.quantcdn.state().tasks).toEqual([]);
  expect((await refusalOf(ada, DELETE_AI_TASK, { id: root })).extensions.code).toBe('NOT_FOUND');
});

test('a task deleted between list and read stays visible, without its details', async () => {
  await using running = await bootAi();
  const { ada, made, simulator } = running;
  made({ title: 'stays', metadata: { a: 1 } });
  const id = made({ title: 'goes', metadata: { a: 2 } });
  // The first look is put off; when it is repeated, the task has gone.
  simulator.faults.add({ kind: 'status503', retryAfter: 1, match: { path: `/ai/tasks/${id}` } });

  const answer = ada.ask('{ aiTasks { title metadata dependsOn dependencies { id } retryCount isReady } }');
  await expect.poll(() => simulator.faults.pending(), { interval: 5 }).toEqual([]);
  simulator.quantcdn.removeTask(id);

  const rest = { dependsOn: [], dependencies: [] };
  expect(await answer).toEqual({
    aiTasks: [
      { title: 'goes', metadata: null, retryCount: null, isReady: false, ...rest },
      { title: 'stays', metadata: { a: 1 }, retryCount: 0, isReady: true, ...rest },
    ],
  });
});

test('Query.aiTask shows an unpublished status as UNKNOWN, and never as ready', async () => {
  await using running = await bootAi();
  const { ada, made } = running;
  const id = made({ status: 'hibernating' });
  const after = made({ dependsOn: [id] });
  const fields = '{ status rawStatus isReady }';

  expect(
    await ada.ask(
      `query ($id: ID!, $after: ID!) { aiTask(id: $id) ${fields} after: aiTask(id: $after) ${fields} aiTasks ${fields} }`,
      {
        id,
        after,
      },
    ),
  ).toEqual({
    aiTask: { status: 'UNKNOWN', rawStatus: 'hibernating', isReady: false },
    after: { status: 'PENDING', rawStatus: 'pending', isReady: false },
    aiTasks: [
      { status: 'PENDING', rawStatus: 'pending', isReady: false },
      { status: 'UNKNOWN', rawStatus: 'hibernating', isReady: false },
    ],
  });
});
