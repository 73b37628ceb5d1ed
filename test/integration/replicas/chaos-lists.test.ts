import { expect, test } from 'vitest';
import { checkLists } from '../../chaos/lists/check.ts';
import type { ListHistory, LoggedListEvent } from '../../chaos/lists/history.ts';

function event(seq: number, status: string, changed: { id: string; status: string } | null): LoggedListEvent {
  return { owner: 'ada', seq, kind: 'LIST_RUN', taskListId: 'l', run: { id: 'lr', status, changed } };
}

const EVENTS = [
  event(1, 'RUNNING', null),
  event(2, 'RUNNING', { id: 'r1', status: 'RUNNING' }),
  event(3, 'RUNNING', { id: 'r1', status: 'COMPLETED' }),
  event(4, 'COMPLETED', null),
];
const RUN = {
  ...{ id: 'r1', listRunId: 'lr', aiTaskId: 'a1', taskId: '7', state: 'COMPLETED' },
  ...{ deploymentId: 'A-1', reason: null },
};

/** One list with one task, in which everything is as it should be. */
function history(change: Partial<ListHistory> = {}): ListHistory {
  const members = [{ aiTaskId: 'a1', taskId: '7', fails: false }];
  const use = { owner: 'ada', taskListId: 'l', members, runId: 'lr', stop: 'none' as const };
  const reader = { name: 'socket', owner: 'ada', taskListId: 'l', kinds: ['LIST_RUN'], isComplete: true };
  return {
    uses: [{ ...use, hasEnded: true, fromMs: 1_000, toMs: 2_000 }],
    readers: [{ ...reader, seen: [1, 2, 3, 4] }],
    events: EVENTS,
    listRuns: [{ id: 'lr', owner: 'ada', taskListId: 'l', state: 'COMPLETED' }],
    taskRuns: [RUN],
    aiTasks: new Map([['a1', 'completed']]),
    ends: new Map([['a1', 1]]),
    deployments: new Map([['A-1', 'COMPLETED']]),
    ...change,
  };
}

function countsOf(change: Partial<ListHistory>): number[] {
  const { runs, ends, events } = checkLists(history(change), []);
  return [runs, ends, events].map((cases) => cases.length);
}

test('a list run that is as it should be has no findings', () => {
  expect(countsOf({})).toEqual([0, 0, 0]);
});

test.each([
  ['a run that has not ended', { taskRuns: [{ ...RUN, state: 'RUNNING' }] }, 'runs'],
  ['a task that is run twice', { taskRuns: [RUN, { ...RUN, id: 'r2' }] }, 'runs'],
  ['an AI task that is not completed', { aiTasks: new Map([['a1', 'in_progress']]) }, 'runs'],
  ['a list run that has not ended', { listRuns: [{ ...history().listRuns[0], state: 'RUNNING' }] }, 'runs'],
  ['an end that is written upstream twice', { ends: new Map([['a1', 2]]) }, 'ends'],
  ['an end that is in the log twice', { events: [...EVENTS, { ...EVENTS[2], seq: 5 }] }, 'ends'],
  ['an end that is not in the log', { events: EVENTS.filter(({ seq }) => seq !== 3) }, 'ends'],
  ['a missed event', { readers: [{ ...history().readers[0], seen: [1, 2, 4] }] }, 'events'],
  ['an event sent twice', { readers: [{ ...history().readers[0], seen: [1, 2, 2, 3, 4] }] }, 'events'],
] as [string, Partial<ListHistory>, 'runs' | 'ends' | 'events'][])('%s is found', (_what, change, where) => {
  expect(checkLists(history(change), [])[where]).not.toEqual([]);
});

test('a list that a restore may have touched is not judged', () => {
  const restore = { copiedMs: 1_500, restoredMs: 3_000, lostDatabase: 'lost' };
  const wrong = history({ ends: new Map([['a1', 2]]) });
  expect(checkLists(wrong, [restore]).ends).toEqual([]);
});
