import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { credential, insertPerson } from '../../test/support/stores.ts';
import { createMemoryBus, WATCH_STREAM } from '../events/bus.ts';
import { LeaseLostError } from '../events/log.ts';
import { claimWatches } from '../store/coordination/claims.ts';
import { rescheduleWatch } from '../store/coordination/leases.ts';
import { ensureWatch, findWatch } from '../store/coordination/watches.ts';
import { insertCredential } from '../store/identity/credentials.ts';
import { openStore, type Store } from '../store/store.ts';
import { createPoller } from './poller.ts';
import type { PollWatch } from './reconcile.ts';
import { sharesOf } from './shares.ts';

const NOW = 1_700_000_000_000;
const LEASE_MS = 12_000;

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, 'u1');
  await insertCredential(store.db, credential('u1', 'c1'));
});
afterEach(() => store.close());

const key = (scope: string) => ({ kind: 'DEPLOYMENTS', credentialId: 'c1', scope }) as const;

const LONGEST_DELAY_MS = 60_000;

/** Of them, one owner holds four and one credential two. */
const CONCURRENCY = 16;

async function addWatches(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await ensureWatch(store.db, { ...key(`o${n}`), ownerId: 'u1', nextLookAt: NOW, pauseMs: 2_000 });
  }
}

function setUp(poll: PollWatch, shares = sharesOf(CONCURRENCY)) {
  const clock = createManualClock(NOW);
  const bus = createMemoryBus();
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  const poller = createPoller({
    store,
    bus,
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
    pollWatch: { DEPLOYMENTS: poll, AI_TASK_LIST: poll, AI_TASK_RUN: poll, AI_TASK_LIST_RUN: poll },
    longestDelayMs: LONGEST_DELAY_MS,
    shares,
    holderId: 'this process',
  });
  return { poller, clock, lines, bus };
}

test('a tick polls each due watch once, at most the share of its credential', async () => {
  await addWatches(3);
  const scopes: string[] = [];
  const { poller } = setUp(async ({ scope }) => void scopes.push(scope));
  await poller.tick();
  expect(new Set(scopes).size).toBe(2);
  await poller.tick();
  expect(scopes.length).toBe(3);
});

test('polls of one owner that do not end: those of another owner are polled all the same', async () => {
  await insertPerson(store.db, 'u2');
  for (const [ownerId, id] of [
    ['u1', 'c2'],
    ['u1', 'c3'],
    ['u2', 'c4'],
  ] as const) {
    await insertCredential(store.db, credential(ownerId, id, { provider: 'QUANTCDN', account: id }));
  }
  await addWatches(9);
  const watch = { kind: 'DEPLOYMENTS', nextLookAt: NOW, pauseMs: 2_000 } as const;
  for (const credentialId of ['c2', 'c3'])
    for (const scope of ['a', 'b', 'c'])
      await ensureWatch(store.db, { ...watch, ownerId: 'u1', credentialId, scope });
  const end = Promise.withResolvers<void>();
  const polled: string[] = [];
  const { poller, clock } = setUp(async (lease) => {
    polled.push(lease.ownerId);
    if (lease.ownerId === 'u1') await end.promise;
    await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() + 500 });
  });
  await poller.start();
  await clock.advance(100);
  expect(polled).toEqual(['u1', 'u1', 'u1', 'u1']);

  await ensureWatch(store.db, { ...watch, ownerId: 'u2', credentialId: 'c4', scope: 'hers' });
  await clock.advance(2_000);
  expect(polled.filter((ownerId) => ownerId === 'u2').length).toBeGreaterThan(1);
  expect(polled.filter((ownerId) => ownerId === 'u1')).toHaveLength(4);
  end.resolve();
  await clock.advance(2_000);
  await poller.stop();
  expect(polled.filter((ownerId) => ownerId === 'u1').length).toBeGreaterThan(15);
});

test('without shares, polls of one owner that do not end would hold every place', async () => {
  await insertPerson(store.db, 'u2');
  await insertCredential(store.db, credential('u2', 'c4'));
  await addWatches(CONCURRENCY);
  const whole = { polls: CONCURRENCY, pictures: CONCURRENCY };
  const end = Promise.withResolvers<void>();
  const polled: string[] = [];
  const { poller, clock } = setUp(
    async ({ ownerId }) => {
      polled.push(ownerId);
      await end.promise;
    },
    { all: CONCURRENCY, ofOwner: whole, ofCredential: whole },
  );
  await poller.start();
  await clock.advance(100);
  const watch = { kind: 'DEPLOYMENTS', nextLookAt: NOW, pauseMs: 2_000 } as const;
  await ensureWatch(store.db, { ...watch, ownerId: 'u2', credentialId: 'c4', scope: 'hers' });
  await clock.advance(2_000);
  expect(polled.filter((ownerId) => ownerId === 'u1')).toHaveLength(CONCURRENCY);
  expect(polled).not.toContain('u2');
  end.resolve();
  await clock.advance(100);
  expect(polled).toContain('u2');
  await poller.stop();
});

test('a poll whose lease was taken over: the lease of the new holder stays', async () => {
  await addWatches(1);
  const { poller, lines } = setUp(async () => {
    await claimWatches(store, {
      now: NOW + LEASE_MS,
      leaseUntil: NOW + 2 * LEASE_MS,
      farthest: NOW + LONGEST_DELAY_MS,
      takes: [{ limit: 1 }],
      holderId: 'another',
    });
    throw new LeaseLostError();
  });
  await poller.tick();
  expect(await findWatch(store.db, key('o0'))).toMatchObject({ leaseUntil: NOW + 2 * LEASE_MS });
  expect(lines).toEqual(['poll outlived its lease; another replica has taken over']);
});

test('a poll that throws: its lease is released, and the watch is due when the lease would have ended', async () => {
  await addWatches(1);
  const { poller, lines } = setUp(() => Promise.reject(new Error('the store is away')));
  await poller.tick();
  expect(await findWatch(store.db, key('o0'))).toMatchObject({ leaseUntil: 0, nextLookAt: NOW + LEASE_MS });
  expect(lines).toEqual(['poll result not stored; retrying later']);
});

test('a poll that takes long: its lease is renewed until it ends', async () => {
  await addWatches(1);
  let end = (): void => undefined;
  const { poller, clock } = setUp(() => new Promise((resolve) => (end = () => resolve(undefined))));
  const done = poller.tick();
  await clock.advance(LEASE_MS / 2);
  await new Promise(setImmediate);
  expect(await findWatch(store.db, key('o0'))).toMatchObject({ leaseUntil: NOW + 1.5 * LEASE_MS });
  end();
  await done;
  expect(clock.pending()).toBe(0);
});

test('a poll that does not end before the stop: its lease is handed over, due at once', async () => {
  await addWatches(1);
  let end = (): void => undefined;
  const { poller, clock } = setUp(() => new Promise((resolve) => (end = () => resolve(undefined))));
  const done = poller.tick();
  await clock.advance(0);
  const before = await findWatch(store.db, key('o0'));
  const stopped = poller.stop();
  await clock.advance(1_500);
  await stopped;
  expect(await findWatch(store.db, key('o0'))).toMatchObject({
    leaseUntil: 0,
    nextLookAt: NOW + 1_500,
    fence: (before?.fence ?? 0) + 1,
  });
  end();
  await done;
});

test('the start on a store of its own takes over what a predecessor had leased', async () => {
  await addWatches(1);
  await claimWatches(store, {
    now: NOW,
    leaseUntil: NOW + LEASE_MS,
    farthest: NOW + LONGEST_DELAY_MS,
    takes: [{ limit: 1 }],
    holderId: 'another',
  });
  let polls = 0;
  const { poller, clock } = setUp(async () => {
    polls += 1;
  });
  await poller.start();
  await clock.advance(1_000);
  await poller.stop();
  expect(polls).toBe(1);
});

test('a due time that is further ahead than any is scheduled, from before a clock was set back, is due', async () => {
  await addWatches(1);
  let polls = 0;
  const { poller, clock } = setUp(async (lease) => {
    polls += 1;
    await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() + 3_600_000 });
  });
  await poller.tick();
  await poller.tick();
  expect(polls).toBe(2);
});

test.each([-20_000, 20_000])('a clock that is set by %i ms: everything is polled at once', async (stepMs) => {
  await addWatches(2);
  const polled: string[] = [];
  const { poller, clock, lines } = setUp(async (lease) => {
    polled.push(lease.scope);
    await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() + 30_000 });
  });
  await poller.start();
  await clock.advance(2_000);
  expect(polled.sort()).toEqual(['o0', 'o1']);

  clock.set(clock.now() + stepMs);
  await clock.advance(2_000);
  await poller.stop();
  expect(polled.sort()).toEqual(['o0', 'o0', 'o1', 'o1']);
  expect(lines).toEqual(['clock was set; polling everything']);
});

test('a poll that stored nothing: its watch is claimed again when it is due, and no claim comes before', async () => {
  await addWatches(1);
  const claimedAtMs: number[] = [];
  const { poller, clock } = setUp(async (lease) => {
    claimedAtMs.push(clock.now() - NOW);
    await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() + 130 });
    return 130;
  });
  const looks = vi.spyOn(store, 'time');
  await poller.start();
  await clock.advance(5);
  looks.mockClear();
  await clock.advance(110);
  // The cycle that began the poll looks when the next one is due; after that nothing is asked.
  expect(looks.mock.calls.length).toBeLessThan(12);
  await clock.advance(285);
  await poller.stop();
  expect(claimedAtMs).toEqual([0, 130, 260, 390]);
});

test('a watch that is woken while it is polled: it is polled again at once, although the poll stored nothing', async () => {
  await addWatches(1);
  const claimedAtMs: number[] = [];
  const { poller, clock, bus } = setUp(async (lease) => {
    claimedAtMs.push(clock.now() - NOW);
    if (claimedAtMs.length > 1) return undefined;
    await clock.sleep(300);
    await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() });
    bus.publish(WATCH_STREAM, 0);
    return 30_000;
  });
  await poller.start();
  await clock.advance(400);
  await poller.stop();
  expect(claimedAtMs.slice(0, 2)).toEqual([0, 300]);
});

test('a watch that becomes due while every place is taken: it is polled when one is free, not with the next sleep', async () => {
  await addWatches(2);
  const due = { ownerId: 'u1', nextLookAt: NOW, pauseMs: 2_000 };
  const whole = { polls: 3, pictures: 3 };
  const polled: [scope: string, atMs: number][] = [];
  const { poller, clock } = setUp(
    async (lease) => {
      const isFirst = polled.push([lease.scope, clock.now() - NOW]) === 1;
      await clock.sleep(isFirst ? 0 : 300);
      const delayMs = isFirst ? 100 : 30_000;
      await rescheduleWatch(store.db, lease, { nextLookAt: clock.now() + delayMs });
      return delayMs;
    },
    { all: 3, ofOwner: whole, ofCredential: whole },
  );
  await poller.start();
  await clock.advance(50);
  await ensureWatch(store.db, { ...key('second'), ...due });
  await clock.advance(100);
  await ensureWatch(store.db, { ...key('third'), ...due });
  await clock.advance(1_000);
  await poller.stop();
  // At 100 ms two begin and one is still under way: all places are taken until that one ends.
  expect(polled.map(([, atMs]) => atMs)).toEqual([0, 0, 100, 100, 300]);
  expect(polled.at(-1)).toEqual(['third', 300]);
});

test('many watches that are due on a store of its own are claimed at once', async () => {
  await insertPerson(store.db, 'u2');
  await insertCredential(store.db, credential('u2', 'c4'));
  await addWatches(2);
  for (const scope of ['a', 'b'])
    await ensureWatch(store.db, {
      ...key(scope),
      credentialId: 'c4',
      ownerId: 'u2',
      nextLookAt: NOW,
      pauseMs: 1,
    });
  const end = Promise.withResolvers<undefined>();
  const scopes: string[] = [];
  const { poller, clock } = setUp(async ({ scope }) => {
    scopes.push(scope);
    return end.promise;
  });
  await poller.start();
  await clock.advance(0);
  expect(scopes.sort()).toEqual(['a', 'b', 'o0', 'o1']);
  end.resolve(undefined);
  await poller.stop();
});
