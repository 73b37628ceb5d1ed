import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UpstreamDrift } from '../../domain/upstream-drift.ts';
import { isGatewayError } from '../../errors.ts';
import { json, type ScriptedServer, startScriptedServer } from '../scripted-server.test-support.ts';
import type { QuantCdnClient } from './client.ts';
import { createDecoders } from './decode.ts';
import { alice, errorOf, type Setup, setUp } from './setup.test-support.ts';

const notices: unknown[] = [];
const drift: UpstreamDrift[] = [];
const decode = createDecoders(
  (_level, _message, fields) => notices.push(fields),
  (found) => drift.push(found),
);
const asked = { organisation: 'acme', id: 'a' };

function task(fields: Record<string, unknown>) {
  return decode.task({ taskId: 'a', ...fields }, asked);
}

function details(fields: Record<string, unknown>) {
  return task(fields).details;
}

function graph(value: unknown, head: Record<string, unknown> = {}) {
  return decode.graph({ ...head, graph: value }, 'list');
}

const bad = expect.objectContaining({ code: 'UPSTREAM_BAD_RESPONSE' });

beforeEach(() => {
  notices.length = 0;
  drift.length = 0;
});

describe('a task', () => {
  test('an id alone is enough', () => {
    expect(task({})).toEqual({
      id: 'a',
      organisation: 'acme',
      taskListId: null,
      title: '',
      description: null,
      status: 'UNKNOWN',
      rawStatus: '',
      assignedAgentId: null,
      progress: null,
      blockedReason: null,
      blockedByTaskIds: null,
      createdAt: null,
      updatedAt: null,
      details: {
        createdByAgentId: null,
        dependsOn: [],
        metadata: null,
        progressMessage: null,
        result: null,
        error: null,
        retryCount: null,
        maxRetries: null,
        startedAt: null,
        completedAt: null,
        expiresAt: null,
        blockedAt: null,
      },
      raw: null,
      incompleteFields: [],
    });
    expect(drift).toEqual([]);
  });

  test('may lack its id, but not everything, and is never another one', () => {
    expect(decode.task({ title: 't' }, asked)).toMatchObject({ id: 'a', title: 't' });
    expect(decode.task({ taskId: 'A' }, asked)).toMatchObject({ id: 'A' });
    for (const answer of [{}, { message: 'x' }, { taskId: 'b', title: 't' }, { taskId: '../a', title: 't' }])
      expect(() => decode.task(answer, asked)).toThrow(bad);
  });

  test.each([
    [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
    ['1767225600000', '2026-01-01T00:00:00.000Z'],
    [1_767_225_600, '2026-01-01T00:00:00.000Z'],
    ['1767225600.5', '2026-01-01T00:00:00.500Z'],
    [1e11 - 1, '5138-11-16T09:46:39.000Z'],
    [1e11, '1973-03-03T09:46:40.000Z'],
    [0, null],
    [-5, null],
    [1e300, null],
    [1.767e15, null],
    ['soon', null],
    [true, null],
  ])('time %o', (value, time) => {
    expect(task({ createdAt: value }).createdAt).toBe(time);
    expect(details({ expiresAt: value }).expiresAt).toBe(time);
  });

  test.each([
    [0.5, 0.5],
    ['0.5', 0.5],
    [0, 0],
    [1, 1],
    [50, null],
    [-0.1, null],
    ['half', null],
  ])('progress %o', (value, progress) => expect(task({ progress: value }).progress).toBe(progress));

  test.each([
    [3, 3],
    ['3', 3],
    [-1, null],
    [2.5, null],
    [2 ** 31, null],
    [{}, null],
  ])('count %o', (value, count) => expect(details({ retryCount: value }).retryCount).toBe(count));

  test.each([
    ['pending', 'PENDING'],
    [' In_Progress', 'IN_PROGRESS'],
    ['archived', 'UNKNOWN'],
    [7, 'UNKNOWN'],
  ])('status %o', (value, status) =>
    expect(task({ status: value })).toMatchObject({ status, rawStatus: String(value) }),
  );

  test.each([
    [{ a: 1 }, { a: 1 }],
    ['{"a":{"b":[]}}', { a: { b: [] } }],
    ['{}', {}],
    [[], {}],
    ['[]', {}],
    ['', null],
    [null, null],
    [[1], { value: [1] }],
    ['[1]', { value: [1] }],
    ['{"a":', { value: '{"a":' }],
    ['done', { value: 'done' }],
    [7, { value: 7 }],
    ['{"__proto__":{"polluted":1},"a":1}', { a: 1 }],
    [`${'['.repeat(100)}`, { value: '['.repeat(100) }],
  ])('free object %o', (value, object) => {
    expect(details({ result: value }).result).toEqual(object);
    expect(details({ metadata: value }).metadata).toEqual(object);
  });

  test.each([
    [
      ['x', 7, '', null, {}],
      ['x', '7'],
    ],
    [{ 0: 'x', 1: 'y' }, ['x', 'y']],
    ['["x"]', ['x']],
    ['x', null],
    [null, null],
    [{ x: 'y' }, null],
  ])('ids %o', (value, ids) => {
    expect(details({ dependsOn: value }).dependsOn).toEqual(ids ?? []);
    expect(task({ blockedByTaskIds: value }).blockedByTaskIds).toEqual(ids);
  });
});

/** What was reported, as `kind path`. */
function findings(): string[] {
  return drift.map(({ kind, path }) => `${kind} ${path}`);
}

describe('what has no field', () => {
  test('of a task is its raw, and drift', () => {
    const read = task({ color: 'red', metadata: { free: 1 }, orgId: 'acme' });
    expect(read).toMatchObject({ raw: { color: 'red' }, details: { metadata: { free: 1 } } });
    expect(drift).toEqual([{ operation: 'getTask', path: 'color', kind: 'UNKNOWN_FIELD' }]);
  });

  test('of a list item is its raw; of details that are too few to be shown it is no drift', () => {
    const answer = { tasks: [{ taskId: 'a', color: 'red', retryCount: 1 }], count: 1, total: 9 };
    expect(decode.list(answer, 'acme').tasks).toMatchObject([{ raw: { color: 'red', retryCount: 1 } }]);
    expect(findings()).toEqual(['UNKNOWN_FIELD tasks[].color', 'UNKNOWN_FIELD total']);
  });

  test('of a graph and its nodes is the raw of the graph', () => {
    expect(graph({ a: { title: 't', color: 'red' } }, { version: 2 }).raw).toEqual({
      version: 2,
      graph: { a: { color: 'red' } },
    });
    expect(findings()).toEqual(['UNKNOWN_FIELD graph.*.color', 'UNKNOWN_FIELD version']);
  });

  test('of a receipt is drift', () => {
    decode.created({ taskId: 'a', orgId: 'acme', title: 't', status: 'pending', createdAt: 1, color: 'red' });
    decode.updated({ taskId: 'a', status: 'pending', updatedAt: 1, color: 'red' });
    decode.deleted({ deleted: true, deletedCount: 1, deletedTaskIds: ['a', null], color: 'red' }, 'a');
    expect(drift.map(({ operation, kind, path }) => `${operation} ${kind} ${path}`)).toEqual([
      'createTask UNKNOWN_FIELD color',
      'updateTask UNKNOWN_FIELD color',
      'deleteTask UNREADABLE_ELEMENT deletedTaskIds[]',
      'deleteTask UNKNOWN_FIELD color',
    ]);
  });
});

test.each<[Record<string, unknown>, string, unknown]>([
  [{ status: 'archived' }, 'UNKNOWN_WORD status', null],
  [{ progress: 50 }, 'OUT_OF_RANGE progress', 50],
  [{ progress: 'half' }, 'UNEXPECTED_SHAPE progress', 'half'],
  [{ retryCount: 3_000_000_000 }, 'OUT_OF_RANGE retryCount', 3_000_000_000],
  [{ createdAt: 1e300 }, 'OUT_OF_RANGE createdAt', 1e300],
  [{ metadata: 7 }, 'UNEXPECTED_SHAPE metadata', null],
  [{ title: { en: 't' } }, 'UNEXPECTED_SHAPE title', { en: 't' }],
  [{ dependsOn: ['b', {}] }, 'UNREADABLE_ELEMENT dependsOn[]', ['b', {}]],
])('%j is reported as %s, and stays in raw unless a field shows it', (fields, finding, raw) => {
  const [name = ''] = Object.keys(fields);
  expect(task(fields).raw?.[name] ?? null).toEqual(raw);
  expect(findings()).toEqual([finding]);
});

test('a field that could not be read whole is named', () => {
  expect(task({ dependsOn: ['b', {}], blockedByTaskIds: ['c'] })).toMatchObject({
    incompleteFields: ['dependsOn'],
    details: { dependsOn: ['b'] },
  });
});

describe('a list', () => {
  const list = (answer: Record<string, unknown>) => decode.list(answer, 'acme');

  test('leaves invalid elements out and counts them', () => {
    const seen = list({ tasks: [{ taskId: 'a' }, null, { title: 'x' }, { taskId: 'a b' }, { taskId: 7 }] });
    expect(seen.tasks.map(({ id }) => id)).toEqual(['a', '7']);
    expect(seen.received).toBe(5);
    expect(notices).toEqual([{ field: 'tasks', skipped: 3 }]);
    expect(seen.isComplete).toBe(false);
    expect(findings()).toContain('UNREADABLE_ELEMENT tasks[]');
    expect(list({ tasks: [{ taskId: 'a' }] }).isComplete).toBe(true);
    expect(list({ taskIds: ['a', 'b c'] }).isComplete).toBe(false);
  });

  test('an item with a field too many is not a whole task', () => {
    const detailsOf = (fields: object) => list({ tasks: [{ taskId: 'a', ...fields }] }).tasks[0]?.details;
    expect(detailsOf({ dependsOn: ['b'] })).toBeNull();
    expect(detailsOf({ metadata: {}, retryCount: 0 })).toBeNull();
    expect(detailsOf({ dependsOn: ['b'], maxRetries: 3 })).toMatchObject({ dependsOn: ['b'], maxRetries: 3 });
    expect(detailsOf({ dependsOn: null, metadata: {} })).toMatchObject({ dependsOn: [], metadata: {} });
  });

  test('may be a map by position, text, or null if empty; an absent one is an error', () => {
    expect(list({ tasks: { 0: { taskId: 'a' } } }).tasks).toHaveLength(1);
    expect(list({ tasks: '[{"taskId":"a"}]' }).tasks).toHaveLength(1);
    expect(list({ tasks: null, count: '0' }).tasks).toEqual([]);
    for (const answer of [
      {},
      { tasks: null },
      { count: 0 },
      { tasks: 'x' },
      { tasks: { a: { taskId: 'a' } } },
    ])
      expect(() => list(answer)).toThrow(bad);
  });
});

describe('a graph', () => {
  const one = { title: 't', status: 'pending' };
  const node = (id: string, dependsOn: string[] = [], dependents: string[] = []) =>
    ({ ...one, id, status: 'PENDING', rawStatus: 'pending', dependsOn, dependents }) as const;
  const chain = {
    ...{ taskListId: 'list', taskCount: 2, roots: ['a'], leaves: ['b'] },
    ...{ isComplete: true, raw: null },
  };

  test.each([
    ['map', { a: one, b: { ...one, dependsOn: ['a'] } }],
    ['map with ids', { a: { ...one, taskId: 'a' }, x: { ...one, id: 'b', dependsOn: { 0: 'a' } } }],
    [
      'list',
      [
        { ...one, taskId: 'a' },
        { ...one, id: 'b', dependsOn: '["a"]' },
      ],
    ],
    ['map by position', { 0: { ...one, taskId: 'a' }, 1: { ...one, taskId: 'b', dependsOn: ['a'] } }],
    ['dependents alone', { a: { ...one, dependents: ['b'] }, b: one }],
    [
      'twice the same',
      [
        { ...one, id: 'a' },
        { ...one, id: 'b', dependsOn: ['a'] },
        { id: 'a', title: 'no' },
      ],
    ],
  ])('%s', (_name, value) => {
    const whole = { ...chain, nodes: [node('a', [], ['b']), node('b', ['a'])] };
    expect(graph(value)).toEqual(whole);
    expect(graph(JSON.stringify(value), { roots: null })).toEqual(whole);
  });

  test('prefers what the answer states to what could be computed', () => {
    const head = { taskListId: 'other', taskCount: '9', roots: '["x"]', leaves: [] };
    expect(graph({ a: { ...one, dependsOn: ['gone'], dependents: [] } }, head)).toEqual({
      ...head,
      taskCount: 9,
      roots: ['x'],
      nodes: [node('a', ['gone'])],
      isComplete: true,
      raw: null,
    });
  });

  test('a dependency outside the list is no root, and a cycle has none', () => {
    expect(graph({ a: { ...one, dependsOn: ['gone'] } })).toMatchObject({ roots: [], leaves: ['a'] });
    const circle = graph({ a: { ...one, dependsOn: ['b'] }, b: { ...one, dependsOn: ['a'] } });
    expect(circle).toMatchObject({
      roots: [],
      leaves: [],
      nodes: [{ dependents: ['b'] }, { dependents: ['a'] }],
    });
  });

  test('leaves invalid nodes out and reports them; without nodes it is no graph', () => {
    expect(graph({ a: one, b: null, 'c d': one })).toMatchObject({ nodes: [node('a')], isComplete: false });
    expect(notices).toEqual([{ field: 'graph', skipped: 2 }]);
    for (const value of [{ nodes: [], edges: [] }, 'x', 7, undefined])
      expect(() => graph(value)).toThrow(bad);
    for (const value of [{}, [], '{}', '[]']) expect(graph(value)).toMatchObject({ taskCount: 0, nodes: [] });
    expect(graph(null, { taskCount: 0 }).nodes).toEqual([]);
  });
});

test('decoding any JSON gives a value or an expected error', () => {
  const keys = [
    'taskId',
    'title',
    'status',
    'tasks',
    'taskIds',
    'graph',
    'dependsOn',
    'metadata',
    'taskCount',
  ];
  const value = fc.oneof(fc.jsonValue(), fc.json(), fc.constantFrom('a', 'pending', 1e20, -0));
  const inner = fc.dictionary(fc.constantFrom(...keys, 'progress', 'createdAt', 'result'), value);
  const answer = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, inner, fc.array(inner)));
  fc.assert(
    fc.property(answer, (fields) => {
      for (const run of [
        () => decode.task(fields, asked),
        () => decode.list(fields, 'acme'),
        () => decode.graph(fields, 'list'),
        () => decode.created(fields),
        () => decode.deleted(fields, 'a'),
      ]) {
        try {
          run();
        } catch (error) {
          if (!isGatewayError(error, 'UPSTREAM_BAD_RESPONSE')) throw error;
        }
      }
    }),
  );
});

describe('a reverse look-up that brings ids only', () => {
  let server: ScriptedServer;
  let setup: Setup;
  let client: QuantCdnClient;
  beforeEach(async () => {
    server = await startScriptedServer();
    setup = setUp(server.url);
    client = setup.upstream.client(alice, 'interactive');
  });
  afterEach(async () => {
    await setup.upstream.close();
    await server.close();
  });

  test('reads each task alone, keeps the order, and omits tasks that are gone', async () => {
    server.script(
      json({ taskIds: ['a', 'gone', 'b', 'a', 'c'], tasks: [{ taskId: 'b' }, { taskId: 'more' }], count: 5 }),
      json({ taskId: 'a', title: 'A' }),
      json({ message: 'No.' }, 404),
      json({ taskId: 'c', title: 'C' }),
    );
    const { tasks, isFull } = await client.listTasks({ dependsOn: 'x', limit: 5 });
    expect(tasks.map(({ id, details }) => [id, details !== null])).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
      ['more', false],
    ]);
    expect(isFull).toBe(true);
    expect(server.requests).toHaveLength(4);
  });

  test('reads no more than were asked for, and fails when one cannot be read', async () => {
    server.script(json({ taskIds: ['a', 'b', 'c'] }), json({ taskId: 'a', title: 'A' }));
    expect((await client.listTasks({ dependsOn: 'x', limit: 1 })).tasks).toMatchObject([{ id: 'a' }]);
    expect(server.requests).toHaveLength(2);
    server.script(json({ taskIds: ['a'] }), json({ message: 'No.' }, 403));
    const error = await errorOf(client.listTasks({ dependsOn: 'x' }));
    expect(error).toMatchObject({ code: 'CREDENTIAL_REJECTED' });
  });
});
