import { expect, test } from 'vitest';
import type { Probe } from '../../chaos/availability.ts';
import type { History, KeyUse } from '../../chaos/history.ts';
import {
  countExcusedGuards,
  type Faults,
  guardFailures,
  internalErrors,
  lateDeliveries,
  lateEntries,
  sessionFailures,
  slownessOf,
  tookMs,
  unavailability,
} from '../../chaos/judgments.ts';
import type { NemesisReport } from '../../chaos/nemesis.ts';

const QUIET: Faults = { outages: [], strikes: [], slowness: 1 };

test('a time counts from the last fault in it', () => {
  const time = { fromMs: 0, toMs: 40_000 };
  expect(tookMs(time, QUIET)).toBe(40_000);
  expect(tookMs(time, { outages: [{ fromMs: 5_000, toMs: 20_000 }], strikes: [10_000] })).toBe(20_000);
  expect(tookMs(time, { outages: [], strikes: [10_000, 30_000, 50_000] })).toBe(10_000);
  expect(tookMs(time, { outages: [{ fromMs: 39_000, toMs: 60_000 }], strikes: [] })).toBe(0);
});

test('a change that is delivered later than 25 s after the last fault is found', () => {
  const times = [{ what: '5 of ada', fromMs: 0, toMs: 26_000 }];
  expect(lateDeliveries(times, QUIET)).toHaveLength(1);
  expect(lateDeliveries(times, { ...QUIET, strikes: [2_000] })).toEqual([]);
  expect(lateDeliveries(times, { ...QUIET, slowness: slownessOf(30_000) })).toEqual([]);
  expect(slownessOf(5_000)).toBe(1);
});

/** A deployment whose guard allows 5 s. */
function guarded({
  loggedMs = 1_000,
  endedMs = 6_500,
  status = 'STOPPED',
}: {
  loggedMs?: number;
  endedMs?: number;
  status?: string;
}): History {
  const use: KeyUse = {
    ...{ key: 'k', owner: 'ada', kind: 'deployment', about: '301' },
    ...{ fromMs: 0, toMs: 0, answers: new Set(['A-1']), made: ['A-1'], guardSeconds: 5 },
  };
  const created = {
    ...{ seq: 1_000 * loggedMs, type: 'CREATED', deploymentId: 'A-1', status: 'QUEUED' },
    ...{ previousStatus: null, reason: null },
  };
  const upstream = { id: 'A-1', owner: 'ada', taskId: '301', status, createdMs: 1_000, endedMs };
  return {
    ...{
      delivered: new Map(),
      readers: [],
      staleWrites: [],
      restores: [],
      lostEvents: new Map(),
      reached: new Map(),
    },
    ...{ logs: new Map([['ada', [created]]]), upstream: [upstream], keys: [use] },
  };
}

test('a deployment that is in the log later than 30 s after the last fault is found', () => {
  expect(lateEntries(guarded({ loggedMs: 30_000 }), QUIET)).toEqual([]);
  expect(lateEntries(guarded({ loggedMs: 32_000 }), QUIET)).toHaveLength(1);
});

test.each([
  ['in time', {}, 0],
  ['late', { endedMs: 32_000 }, 1],
  ['in time after it was found', { loggedMs: 20_000, endedMs: 22_000 }, 0],
  ['never', { status: 'COMPLETED', endedMs: 70_000 }, 1],
])('a guard that stops its deployment %s is judged', (_what, change, count) => {
  expect(guardFailures(guarded(change), QUIET)).toHaveLength(count);
});

test('a guard that faults left no time is not judged, and counted', () => {
  const history = guarded({ status: 'COMPLETED', endedMs: 70_000 });
  const always = { ...QUIET, strikes: [20_000, 40_000, 60_000] };
  expect(guardFailures(history, always)).toEqual([]);
  expect([countExcusedGuards(history, always), countExcusedGuards(history, QUIET)]).toEqual([1, 0]);
  // From 6 s to 33 s nothing happened.
  expect(guardFailures(history, { ...QUIET, strikes: [33_000, 50_000] })).toHaveLength(1);
  const outages = [{ fromMs: 10_000, toMs: 50_000 }];
  expect(guardFailures(history, { ...QUIET, outages })).toEqual([]);
  expect(guardFailures(history, { ...QUIET, outages, slowness: 0.5 })).toHaveLength(1);
});

test('an internal error is found, of clients and of reads', () => {
  const probe: Probe = { fromMs: 0, toMs: 1, code: 'INTERNAL' };
  expect(internalErrors(new Map([['UNAVAILABLE', 3]]), [])).toEqual([]);
  expect(internalErrors(new Map([['INTERNAL', 1]]), [probe])).toEqual([
    '2 requests were answered with INTERNAL',
  ]);
});

test('undisturbed reads must be answered', () => {
  const failed: Probe = { fromMs: 100, toMs: 200, code: 'LOST' };
  const answered: Probe = { fromMs: 300, toMs: 400, code: undefined };
  expect(unavailability([failed, answered], [])).toEqual(['1 of 2 undisturbed reads failed: LOST']);
  expect(unavailability([failed, answered], [{ fromMs: 150, toMs: 250 }])).toEqual([]);
});

test('a socket or a token that outlives its session by more than 5 s is found', () => {
  const quiet = { disturbances: [], interruptions: [], strikes: [], restores: [] };
  const session = { what: 's', fromMs: 0, toMs: 4_000, closeCode: 4403, refusedMs: 4_500 };
  const failuresOf = (change: object, report = {}) =>
    sessionFailures([{ ...session, ...change }], { ...quiet, ...report } as unknown as NemesisReport, 1);
  expect(failuresOf({})).toEqual([]);
  expect(failuresOf({ toMs: 6_000 })).toHaveLength(1);
  expect(failuresOf({ toMs: 6_000 }, { interruptions: [{ fromMs: 0, toMs: 2_000 }] })).toEqual([]);
  expect(failuresOf({ refusedMs: 6_000 })).toHaveLength(1);
  expect(failuresOf({ refusedMs: undefined })).toHaveLength(1);
});

test('a machine that lets the replicas wait for a processor gets longer bounds', () => {
  expect(slownessOf(5_000, 3)).toBe(1);
  expect(slownessOf(5_000, 6)).toBe(2);
});
