import { expect, test } from 'vitest';
import { missingEntries } from '../../chaos/acknowledged.ts';
import { unanswered } from '../../chaos/catch-up.ts';
import { check } from '../../chaos/checker.ts';
import { overlapMs } from '../../chaos/collect-history.ts';
import {
  describeEvent,
  type History,
  type KeyUse,
  type LoggedEvent,
  type Reader,
} from '../../chaos/history.ts';
import { createPlan } from '../../chaos/plan.ts';

function event(seq: number, type: string, previousStatus: string | null, status: string): LoggedEvent {
  return {
    seq,
    type,
    deploymentId: 'A-1',
    status,
    previousStatus,
    reason: null,
  };
}

const LOG = [
  event(1, 'CREATED', null, 'QUEUED'),
  event(2, 'STATUS_CHANGED', 'QUEUED', 'RUNNING'),
  { ...event(3, 'WATCH_DEGRADED', null, 'RUNNING'), reason: 'UPSTREAM_TIMEOUT' },
  { ...event(4, 'WATCH_RECOVERED', null, 'RUNNING'), reason: 'UPSTREAM_TIMEOUT' },
  event(5, 'STATUS_CHANGED', 'RUNNING', 'COMPLETED'),
];

function reader(seen: number[], more: Partial<Reader> = {}): Reader {
  return {
    name: 'socket 1',
    owner: 'ada',
    seen,
    isComplete: false,
    ...more,
  };
}

function key(answers: string[], made: string[]): KeyUse {
  return {
    key: 'k',
    owner: 'ada',
    kind: 'deployment',
    about: '301',
    ...{ fromMs: 0, toMs: 0 },
    answers: new Set(answers),
    made,
  };
}

/** A history in which everything is as it should be, but for one thing. */
function history(change: {
  log?: LoggedEvent[];
  readers?: Reader[];
  keys?: KeyUse[];
  status?: string;
  alsoMade?: string[];
}): History {
  const log = change.log ?? LOG;
  return {
    logs: new Map([['ada', log]]),
    delivered: new Map([['ada', new Map(LOG.map((one) => [one.seq, describeEvent(one)]))]]),
    readers: change.readers ?? [reader(log.map(({ seq }) => seq))],
    upstream: ['A-1', ...(change.alsoMade ?? [])].map((id) => ({
      ...{ id, owner: 'ada', taskId: '301', status: change.status ?? 'COMPLETED' },
      ...{ createdMs: 1_000, endedMs: 5_000 },
    })),
    keys: change.keys ?? [key(['A-1'], ['A-1'])],
    ...{
      staleWrites: [],
      restores: [],
      lostEvents: new Map(),
      reached: new Map([['A-1', [{ status: change.status ?? 'COMPLETED', fromMs: 5_000 }]]]),
    },
  };
}

function countsOf(change: Parameters<typeof history>[0]) {
  const { lost, doubled, reordered, doubleDeployments } = check(history(change));
  return [lost.length, doubled.length, reordered.length, doubleDeployments.length];
}

function without(seq: number): LoggedEvent[] {
  return LOG.filter((one) => one.seq !== seq);
}

test('a correct history has no findings', () => {
  expect(countsOf({})).toEqual([0, 0, 0, 0]);
  const early = reader([1, 2, 3, 4, 5], { deploymentId: 'A-1', isComplete: true });
  expect(countsOf({ readers: [early] })).toEqual([0, 0, 0, 0]);
});

test.each([
  ['an event a subscriber was not given', [1, 2, 4, 5], [1, 0, 0, 0]],
  ['the newest event', [1, 2, 3, 4], [1, 0, 0, 0]],
  ['an event it was given twice', [1, 2, 2, 3, 4, 5], [0, 1, 0, 0]],
  ['a whole stretch given twice', [1, 2, 3, 2, 3, 4, 5], [0, 2, 0, 0]],
  ['two events in the wrong order', [1, 3, 2, 4, 5], [0, 0, 1, 0]],
  ['an event that is not in its log', [1, 2, 3, 4, 5, 6], [1, 0, 0, 0]],
])('%s is found', (_what, seen, counts) => {
  expect(countsOf({ readers: [reader(seen)] })).toEqual(counts);
});

test('a subscriber that follows a deployment to its end must get the end', () => {
  const left = reader([1, 2], { deploymentId: 'A-1', isComplete: true });
  expect(countsOf({ readers: [left] })).toEqual([1, 0, 0, 0]);
  const revived = [
    ...LOG,
    event(6, 'PROMPTED', 'COMPLETED', 'RUNNING'),
    event(7, 'STATUS_CHANGED', 'RUNNING', 'FAILED'),
  ];
  const prompt: KeyUse = { ...key(['A-1'], ['A-1']), kind: 'prompt', about: 'A-1' };
  const readers = [reader([1, 2, 3, 4, 5], { deploymentId: 'A-1', isComplete: true })];
  expect(countsOf({ log: revived, readers, keys: [prompt], status: 'FAILED' })).toEqual([0, 0, 0, 0]);
});

test('a delivered event that is not in the log is found', () => {
  expect(countsOf({ log: without(4) })).toEqual([1, 0, 0, 0]);
});

test('an id that is given twice is found', () => {
  const { doubled } = check({ ...history({ log: [...LOG, ...LOG.slice(-1)] }), readers: [] });
  expect(doubled).toContain('log of ada: 5 twice');
});

test.each([
  ['a birth that is missing', LOG.with(0, event(1, 'STATUS_CHANGED', null, 'QUEUED')), [1, 0, 0]],
  ['a second birth', LOG.with(1, event(2, 'CREATED', null, 'RUNNING')), [0, 1, 0]],
  [
    'a change that begins where none had ended',
    LOG.with(4, event(5, 'STATUS_CHANGED', 'QUEUED', 'COMPLETED')),
    [0, 0, 1],
  ],
  [
    'a way back that nobody asked for',
    LOG.with(2, event(3, 'STATUS_CHANGED', 'RUNNING', 'QUEUED')),
    [0, 0, 1],
  ],
  ['trouble that is announced twice', LOG.with(3, { ...LOG[2], seq: 4 } as LoggedEvent), [0, 1, 0]],
])('%s is found', (_what, log, counts) => {
  const { delivered: _told, ...rest } = history({ log });
  const { lost, doubled, reordered } = check({ ...rest, delivered: new Map() });
  // One that begins nowhere may also end somewhere else: at least what it is called must be found.
  expect([lost.length, doubled.length, reordered.length].map((count) => Math.min(count, 1))).toEqual(counts);
});

test('an end that the log does not have is found', () => {
  expect(countsOf({ status: 'FAILED' })).toEqual([1, 0, 0, 0]);
});

test.each([
  [
    'a prompt that was carried out twice',
    { ...key(['A-1'], ['A-1', 'A-1']), kind: 'prompt' as const },
    [0, 0, 0, 1],
  ],
  ['a key that was answered differently', key(['A-1', 'A-2'], ['A-1', 'A-2']), [0, 0, 0, 1]],
  ['an answer nobody knows of upstream', key(['A-9'], []), [1, 0, 0, 0]],
])('%s is found', (_what, use, counts) => {
  expect(countsOf({ keys: [use] })).toEqual(counts);
});

/** Two equal deployments of one task, with these keys. */
function countsOfShared(keys: KeyUse[]) {
  const log = [...LOG, ...LOG.map((one) => ({ ...one, seq: one.seq + LOG.length, deploymentId: 'A-2' }))];
  return countsOf({ log, keys, alsoMade: ['A-2'] });
}

const MADE = ['A-1', 'A-2'];

test.each([
  ['stopped as such', 'STOPPED', 'madeTwice: another process', 0],
  ['that was not stopped', 'COMPLETED', 'madeTwice: another process', 1],
  ['stopped for another reason', 'STOPPED', 'maxTokens: 2 of 1 used', 1],
])(
  'a second deployment for one request, %s: %s after "%s" are %i double deployments',
  (_what, status, reason, count) => {
    const ended = LOG.map((one) => (one.seq === 5 ? { ...one, status } : one));
    const second = [
      ...ended.slice(0, 2),
      { ...event(3, 'GUARD_TRIPPED', null, 'RUNNING'), reason },
      ...ended.slice(4),
    ];
    const log = [
      ...ended,
      ...second.map((one) => ({ ...one, seq: one.seq + LOG.length, deploymentId: 'A-2' })),
    ];
    const keys = [key(['A-1'], MADE)];
    expect(check(history({ log, keys, status, alsoMade: ['A-2'] })).doubleDeployments).toHaveLength(count);
  },
);

test('two requests that share a task may make two deployments, one each', () => {
  const abandoned = { ...key([], MADE), key: 'l', isAbandoned: true };
  expect(countsOfShared([key(['A-1'], MADE), { ...key(['A-2'], MADE), key: 'l' }])).toEqual([0, 0, 0, 0]);
  expect(countsOfShared([key(['A-1'], MADE), abandoned])).toEqual([0, 0, 0, 0]);
});

test.each([
  ['more deployments of a task than requests', [key(['A-1'], MADE)]],
  ['a deployment that is the answer to two keys', [key(['A-1'], MADE), { ...key(['A-1'], MADE), key: 'l' }]],
  ['an answer from the log of another user', [{ ...key(['A-1'], MADE), owner: 'bea' }, key(['A-2'], MADE)]],
])('%s is found', (_what, keys) => {
  expect(countsOfShared(keys)).toEqual([0, 0, 0, 1]);
});

test('a key without an answer is found, unless its client has walked away', () => {
  expect(unanswered([key([], [])])).toHaveLength(1);
  expect(unanswered([{ ...key([], []), isAbandoned: true }])).toEqual([]);
});

test('a plan depends on its seed alone, and freezes polls if there is time for it', () => {
  expect(createPlan(7, 145_000)).toEqual(createPlan(7, 145_000));
  expect(createPlan(7, 145_000)).not.toEqual(createPlan(8, 145_000));
  expect(createPlan(7, 145_000).filter(({ kind }) => kind === 'freezeDuringPoll')).toHaveLength(2);
});

test('overlapping outages are counted once', () => {
  const outages = [
    { fromMs: 50, toMs: 70 },
    { fromMs: 10, toMs: 30 },
    { fromMs: 20, toMs: 40 },
  ];
  expect(overlapMs({ fromMs: 15, toMs: 60 }, outages)).toBe(25 + 10);
});

const RESTORE = { copiedMs: 0, restoredMs: 1, lostDatabase: 'lost' };

/** A log that lost its third event by a restore, and the subscriber that had got it. */
function restored(seen: number[]): History {
  const lost = new Map([['ada', LOG.slice(2, 3)]]);
  const { log, ...rest } = { log: without(3).filter(({ seq }) => seq !== 4), restores: [RESTORE] };
  return { ...history({ log, readers: [reader(seen)] }), ...rest, lostEvents: lost, delivered: new Map() };
}

test('after a restore a subscriber may have got what was lost, and must get what came later', () => {
  expect(check(restored([1, 2, 3, 5])).lost).toEqual([]);
  expect(check(restored([1, 2, 5])).lost).toEqual([]);
  expect(check(restored([1, 2, 3])).lost).toHaveLength(1);
});

test('a deployment that a run has made in the lost time is none too many, a later one is', () => {
  const doublesOf = (createdMs: number) => {
    const good = history({});
    const [first] = good.upstream;
    if (first === undefined) throw new Error('the history has no deployment');
    const second = { ...first, id: 'A-2', createdMs };
    const keys = [{ ...key(['A-1'], ['A-1']), ...{ fromMs: -9_000, toMs: -9_000 } }];
    const upstream = [{ ...first, createdMs: -9_000 }, second];
    return check({ ...good, keys, upstream, restores: [RESTORE] }).doubleDeployments;
  };
  expect(doublesOf(1)).toEqual([]);
  expect(doublesOf(9_000)).toHaveLength(1);
});

const FAULTS = { outages: [], strikes: [], slowness: 1 };

test('an answer, a prompt and a long status that are not in the log are found', () => {
  const good = history({});
  expect(missingEntries(good, FAULTS)).toEqual([]);
  expect(missingEntries({ ...good, keys: [key(['A-9'], [])] }, FAULTS)).toHaveLength(1);
  const prompt: KeyUse = { ...key(['A-1'], ['A-1']), kind: 'prompt', about: 'A-1' };
  expect(missingEntries({ ...good, keys: [prompt] }, FAULTS)).toHaveLength(1);
  const reached = [
    { status: 'STOPPED', fromMs: 0 },
    { status: 'COMPLETED', fromMs: 26_000 },
  ];
  expect(missingEntries({ ...good, reached: new Map([['A-1', reached]]) }, FAULTS)).toHaveLength(1);
  const neverEnded = [{ status: 'RUNNING', fromMs: 0 }];
  expect(missingEntries({ ...good, reached: new Map([['A-1', neverEnded]]) }, FAULTS)).toHaveLength(1);
});
