import { expect, test } from 'vitest';
import type { GuardLimit } from '../../domain/deployment-guard.ts';
import type { ObservedDeployment } from '../../domain/observed.ts';
import { toJson } from '../../lib/json.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import { type DiffContext, diff, diffPrompt, toNewRow } from './deployment-diff.ts';

const NOW = 1_700_000_000_000;
const CONTEXT: DiffContext = {
  nowMs: NOW,
  observedAtMs: NOW - 50,
  degradedReason: null,
  lateMessagesMs: 2_000,
};
const OWNERSHIP = { ownerId: 'u1', credentialId: 'c1', organizationId: 'o1', guard: null, reason: null };

const RUNNING: ObservedDeployment = {
  id: 'd1',
  rawStatus: 'Running',
  status: 'RUNNING',
  isTerminal: false,
  taskId: '77',
};
const ENDED: ObservedDeployment = {
  ...RUNNING,
  rawStatus: 'Completed',
  status: 'COMPLETED',
  isTerminal: true,
  endedAt: '2026-01-01T10:00:00Z',
};

/** A row that was stored a minute ago and is watched while it runs. */
function rowOf(observed: ObservedDeployment, changes: Partial<DeploymentRow> = {}): DeploymentRow {
  const times = { nowMs: NOW - 60_000, observedAtMs: NOW - 60_000 };
  return { ...toNewRow(OWNERSHIP, observed, times), isWatched: observed.isTerminal ? 0 : 1, ...changes };
}

test('a new row holds the observation and is not watched yet', () => {
  const row = toNewRow({ ...OWNERSHIP, guard: toJson({ maxTokens: 5 }) }, RUNNING, CONTEXT);
  expect(row).toMatchObject({
    ownerId: 'u1',
    id: 'd1',
    credentialId: 'c1',
    organizationId: 'o1',
    guard: '{"maxTokens":5}',
    status: 'RUNNING',
    rawStatus: 'Running',
    isTerminal: 0,
    taskId: '77',
    observedAt: NOW - 50,
    createdAt: NOW,
    runStartedAt: NOW,
    isWatched: 0,
  });
});

test.each([
  [0, NOW],
  [59_999, NOW],
  [60_001, NOW - 60_001],
  [Number.NaN, NOW],
])('a deployment that was created %d ms ago is sorted by %d', (agoMs, createdAt) => {
  const stated = Number.isNaN(agoMs) ? 'yesterday' : new Date(NOW - agoMs).toISOString();
  expect(toNewRow(OWNERSHIP, { ...RUNNING, createdAt: stated }, CONTEXT)).toMatchObject({ createdAt });
});

test('a repeated observation writes the time of the read and no event', () => {
  const found = diff(rowOf(RUNNING, { isStale: 1 }), RUNNING, CONTEXT);
  expect(found).toMatchObject({ events: [], hasChanged: false, needsWatch: false });
  expect(found?.columns).toMatchObject({ observedAt: NOW - 50, isStale: 0, status: 'RUNNING' });
  expect(found?.columns).not.toHaveProperty('settleAt');
});

test('a deleted deployment does not change', () => {
  expect(diff(rowOf(RUNNING, { isDeleted: 1 }), ENDED, CONTEXT)).toBeUndefined();
});

test('a changed status is one event with the status before', () => {
  const queued = { ...RUNNING, rawStatus: 'In Queue', status: 'QUEUED' as const };
  const found = diff(rowOf(queued), RUNNING, CONTEXT);
  expect(found?.hasChanged).toBe(true);
  expect(found?.events).toEqual([
    {
      type: 'STATUS_CHANGED',
      deploymentId: 'd1',
      taskId: '77',
      status: 'RUNNING',
      rawStatus: 'Running',
      previousStatus: 'QUEUED',
    },
  ]);
});

test.each([
  ['RUNNING!', false],
  ['-running-', false],
  ['Running live', true],
])('raw status %j in place of "Running": changed is %s', (rawStatus, hasChanged) => {
  const found = diff(rowOf(RUNNING), { ...RUNNING, rawStatus }, CONTEXT);
  expect(found?.hasChanged).toBe(hasChanged);
  expect(found?.columns).toMatchObject({ rawStatus });
});

test('fields that an observation leaves out keep their stored value', () => {
  const full = { ...RUNNING, name: 'Heron', endedAt: null };
  const found = diff(rowOf(full), { ...RUNNING, taskId: null }, CONTEXT);
  expect(found?.columns.taskId).toBe('77');
  expect(JSON.parse(String(found?.columns.state))).toMatchObject({ name: 'Heron', status: 'RUNNING' });
});

test('an end resets the tripped guard and leaves time for messages that a client follows', () => {
  const tripped = rowOf(RUNNING, { guardTripped: 'maxTokens' });
  expect(diff(tripped, ENDED, CONTEXT)?.columns).toMatchObject({
    isTerminal: 1,
    guardTripped: null,
    settleAt: NOW,
  });
  const followed = { ...tripped, messagesWantedUntil: NOW + 1 };
  expect(diff(followed, ENDED, CONTEXT)?.columns.settleAt).toBe(NOW + 2_000);
});

test('an end that is read again does not begin anew', () => {
  const found = diff(rowOf(ENDED), ENDED, { ...CONTEXT, degradedReason: 'UPSTREAM_TIMEOUT' });
  expect(found).toMatchObject({ events: [], hasChanged: false, needsWatch: false });
  expect(found?.columns).not.toHaveProperty('settleAt');
});

test('an end under a degraded watch announces the recovery first', () => {
  const found = diff(rowOf(RUNNING), ENDED, { ...CONTEXT, degradedReason: 'UPSTREAM_TIMEOUT' });
  expect(found?.events).toMatchObject([
    { type: 'WATCH_RECOVERED', status: 'RUNNING', reason: 'UPSTREAM_TIMEOUT' },
    { type: 'STATUS_CHANGED', status: 'COMPLETED', previousStatus: 'RUNNING' },
  ]);
});

test('a degraded watch is not announced as recovered while the deployment runs', () => {
  const found = diff(rowOf(RUNNING), RUNNING, { ...CONTEXT, degradedReason: 'UPSTREAM_TIMEOUT' });
  expect(found?.events).toEqual([]);
});

test('a deployment that runs again is watched again and has no end any more', () => {
  const found = diff(rowOf(ENDED), RUNNING, CONTEXT);
  expect(found).toMatchObject({ needsWatch: true, hasChanged: true });
  expect(JSON.parse(String(found?.columns.state)).endedAt).toBeNull();
});

test('an end is not watched again', () => {
  expect(diff(rowOf(RUNNING, { isWatched: 0 }), ENDED, CONTEXT)?.needsWatch).toBe(false);
});

test('a prompt that revives a deployment lets its guard warn of the time again, and of nothing else', () => {
  const warned = (limits: GuardLimit[]) => diffPrompt(rowOf(ENDED, { guardWarned: toJson(limits) }), NOW);
  expect(warned(['maxTokens', 'maxDurationSeconds']).columns.guardWarned).toBe(toJson(['maxTokens']));
  expect(warned(['maxDurationSeconds']).columns.guardWarned).toBeNull();
  expect(diffPrompt(rowOf(RUNNING, { guardWarned: toJson(['maxDurationSeconds']) }), NOW).columns).toEqual({
    settleAt: NOW + 30_000,
  });
});

test('a prompt revives an ended deployment', () => {
  const { columns, event } = diffPrompt(rowOf(ENDED), NOW);
  expect(columns).toEqual({
    status: 'RUNNING',
    stopCause: null,
    rawStatus: 'Running',
    isTerminal: 0,
    runStartedAt: NOW,
    transcriptDueAt: 0,
    settleAt: NOW + 30_000,
  });
  expect(event).toMatchObject({ type: 'PROMPTED', status: 'RUNNING', previousStatus: 'COMPLETED' });
});

test('a prompt leaves the run of an active deployment as it is', () => {
  const { columns, event } = diffPrompt(rowOf(RUNNING), NOW);
  expect(columns).toEqual({ settleAt: NOW + 30_000 });
  expect(event).toMatchObject({ type: 'PROMPTED', status: 'RUNNING', previousStatus: 'RUNNING' });
});

test('the end from before a prompt is ignored for a while; a new end is not', () => {
  const ended = rowOf(ENDED);
  const revived: DeploymentRow = { ...ended, ...diffPrompt(ended, NOW).columns };
  expect(diff(revived, ENDED, CONTEXT)).toBeUndefined();
  expect(diff(revived, ENDED, { ...CONTEXT, nowMs: NOW + 30_000 })).toBeDefined();
  const later = { ...ENDED, endedAt: '2026-01-01T11:00:00Z' };
  expect(diff(revived, later, CONTEXT)?.hasChanged).toBe(true);
});

test('another end in the second in which the last run was stopped is a new one', () => {
  const stopped = rowOf({ ...ENDED, status: 'STOPPED', rawStatus: 'Stopped' });
  const revived: DeploymentRow = { ...stopped, ...diffPrompt(stopped, NOW).columns };
  expect(diff(revived, ENDED, CONTEXT)?.columns).toMatchObject({ status: ENDED.status, isTerminal: 1 });
});

test('an end without a time is not taken for the end from before a prompt', () => {
  const withoutTime = { ...ENDED, endedAt: null };
  const ended = rowOf(withoutTime);
  const revived: DeploymentRow = { ...ended, ...diffPrompt(ended, NOW).columns };
  expect(diff(revived, withoutTime, CONTEXT)?.hasChanged).toBe(true);
});

test('the cause of a stop is kept with the end, and goes when the deployment runs again', () => {
  const tripped = rowOf(RUNNING, { guardTripped: 'maxTurns: 5 of 4 taken' });
  expect(diff(tripped, ENDED, CONTEXT)?.columns).toMatchObject({
    guardTripped: null,
    stopCause: 'GUARD_MAX_TURNS',
  });
  const ended = rowOf(ENDED, { stopCause: 'STOPPED_BY_USER' });
  expect(diff(ended, RUNNING, CONTEXT)?.columns).toMatchObject({
    stopCause: null,
  });
});
