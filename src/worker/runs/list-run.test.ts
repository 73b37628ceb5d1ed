import { expect, test } from 'vitest';
import type { AiTaskStatus } from '../../domain/ai-task-status.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { AiTaskGraph } from '../../upstream/quantcdn/model.ts';
import { decideListRun } from './list-run.ts';
import { NOW, taskRun } from './run.test-support.ts';

const LIMIT = { maxParallel: 2 };

/** A graph of tasks by id: the status, then the prerequisites. */
function graphOf(tasks: Record<string, [status: AiTaskStatus, ...dependsOn: string[]]>): AiTaskGraph {
  const nodes = Object.entries(tasks).map(([id, [status, ...dependsOn]]) => ({
    id,
    title: id,
    status,
    rawStatus: status.toLowerCase(),
    dependsOn,
    dependents: [],
  }));
  return {
    taskListId: 'list',
    taskCount: nodes.length,
    roots: [],
    leaves: [],
    nodes,
    isComplete: true,
    raw: null,
  };
}

const member = (aiTaskId: string, more: Partial<AiTaskRunRow> = {}): AiTaskRunRow =>
  taskRun({ id: `run-${aiTaskId}`, aiTaskId, listRunId: 'l1', ...more });
const running = (aiTaskId: string) => member(aiTaskId, { state: 'RUNNING' });
const completed = (aiTaskId: string) => member(aiTaskId, { state: 'COMPLETED', endedAt: NOW });
const failed = (aiTaskId: string) => member(aiTaskId, { state: 'FAILED', endedAt: NOW });

test('the first ready task is started, one at a time', () => {
  const graph = graphOf({ a: ['PENDING'], b: ['PENDING'], c: ['PENDING', 'a'] });
  expect(decideListRun(graph, [], LIMIT)).toEqual({ action: 'CONTINUE', start: ['a'] });
});

test('a task that has had its run is not started again', () => {
  const graph = graphOf({ a: ['PENDING'], b: ['PENDING'] });
  expect(decideListRun(graph, [failed('a')], LIMIT)).toEqual({ action: 'CONTINUE', start: ['b'] });
});

test.each<[string, Partial<AiTaskRunRow>, string[]]>([
  ['is claiming', { state: 'STARTING' }, []],
  ['is deploying', { state: 'DEPLOYING' }, []],
  ['waits for a node', { state: 'DEPLOYING', reason: 'UPSTREAM_NO_CAPACITY' }, []],
  ['was sent with an unknown outcome', { state: 'DEPLOYING', reason: 'OUTCOME_UNKNOWN' }, ['b']],
  ['runs', { state: 'RUNNING' }, ['b']],
  ['finishes', { state: 'FINISHING' }, ['b']],
])('while another run %s, these are started: %j', (_what, more, start) => {
  const graph = graphOf({ a: ['IN_PROGRESS'], b: ['PENDING'] });
  expect(decideListRun(graph, [member('a', more)], LIMIT)).toEqual({ action: 'CONTINUE', start });
});

test('at the limit nothing is started', () => {
  const graph = graphOf({ a: ['IN_PROGRESS'], b: ['IN_PROGRESS'], c: ['PENDING'] });
  const members = [running('a'), running('b')];
  expect(decideListRun(graph, members, LIMIT)).toEqual({ action: 'CONTINUE', start: [] });
  expect(decideListRun(graph, members, { maxParallel: 3 })).toEqual({ action: 'CONTINUE', start: ['c'] });
});

test('without a credential to deploy with, a ready task waits', () => {
  const graph = graphOf({ a: ['PENDING'] });
  expect(decideListRun(graph, [], { maxParallel: 0 })).toEqual({ action: 'CONTINUE', start: [] });
});

test('a task that another client works on may make others ready', () => {
  const graph = graphOf({ a: ['IN_PROGRESS'], b: ['PENDING', 'a'] });
  expect(decideListRun(graph, [], LIMIT)).toEqual({ action: 'CONTINUE', start: [] });
});

test('a run that has not ended holds the end, whatever its task shows', () => {
  const graph = graphOf({ a: ['COMPLETED'] });
  expect(decideListRun(graph, [member('a', { state: 'FINISHING' })], LIMIT).action).toBe('CONTINUE');
});

test('all tasks are completed: the list run completes', () => {
  const graph = graphOf({ a: ['COMPLETED'], b: ['COMPLETED', 'a'] });
  expect(decideListRun(graph, [completed('a'), completed('b')], LIMIT)).toEqual({
    action: 'END',
    state: 'COMPLETED',
  });
});

test('a list without tasks completes', () => {
  expect(decideListRun(graphOf({}), [], LIMIT)).toEqual({ action: 'END', state: 'COMPLETED' });
});

test('a failed task and those behind it are counted in the reason', () => {
  const graph = graphOf({ a: ['FAILED'], b: ['PENDING', 'a'], c: ['PENDING', 'b'], d: ['COMPLETED'] });
  expect(decideListRun(graph, [failed('a'), completed('d')], LIMIT)).toEqual({
    action: 'END',
    state: 'FAILED',
    reason: 'Of 4 tasks: 1 failed, 2 cannot be reached because of that',
  });
});

test.each<[string, Parameters<typeof graphOf>[0]]>([
  ['was given back', { a: ['PENDING'], b: ['COMPLETED'] }],
  ['was deleted', { b: ['COMPLETED'] }],
  ['was completed by another client', { a: ['COMPLETED'], b: ['COMPLETED'] }],
])('a failed run whose AI task %s fails the list', (_what, tasks) => {
  expect(decideListRun(graphOf(tasks), [failed('a'), completed('b')], LIMIT)).toEqual({
    action: 'END',
    state: 'FAILED',
    reason: 'Of 2 tasks: 1 failed',
  });
});

test('a blocked task ends the list run as failed', () => {
  expect(decideListRun(graphOf({ a: ['BLOCKED'] }), [], LIMIT)).toEqual({
    action: 'END',
    state: 'FAILED',
    reason: 'Of 1 tasks: 1 blocked',
  });
});
