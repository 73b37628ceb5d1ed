import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { credential, insertPerson } from '../../test/support/stores.ts';
import { GatewayError, notFound, rateLimited } from '../errors.ts';
import { createMemoryBus } from '../events/bus.ts';
import { createEventLog, LeaseLostError } from '../events/log.ts';
import { createQuietPolls } from '../events/writers/quiet-polls.ts';
import { createWatchHealth } from '../events/writers/watch-health.ts';
import { claimWatches } from '../store/coordination/claims.ts';
import { handOverLease } from '../store/coordination/leases.ts';
import {
  ensureWatch,
  findWatch,
  NEVER,
  wakeWatch,
  wakeWatchesOfCredential,
} from '../store/coordination/watches.ts';
import { insertCredential } from '../store/identity/credentials.ts';
import type { WatchRow } from '../store/schema/index.ts';
import { openStore, type Store } from '../store/store.ts';
import { createPollWatch, type Reconciler } from './reconcile.ts';

const NOW = 1_700_000_000_000;
const KEY = { kind: 'DEPLOYMENTS', credentialId: 'c1', scope: 'o1' } as const;
const LIMITS = { minMs: 2_000, maxMs: 30_000 };

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, 'u1');
  await insertCredential(store.db, credential('u1', 'c1', { status: 'VERIFIED' }));
  await ensureWatch(store.db, { ...KEY, ownerId: 'u1', nextLookAt: NOW, pauseMs: 4_000 });
});
afterEach(() => store.close());

/** A poll of the one watch with a reconciler of which the test says what differs. */
function setUp(reconciler: Partial<Reconciler>) {
  const clock = createManualClock(NOW);
  const bus = createMemoryBus();
  const eventLog = createEventLog({ store, bus, clock });
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  const random = { fraction: () => 0, bytes: Buffer.alloc, uuid: () => 'r1' };
  const pollWatch = createPollWatch(
    {
      store,
      clock,
      eventLog,
      health: createWatchHealth({ store, eventLog, quietPolls: createQuietPolls({ store, clock }), bus }),
      random,
      logger: { debug: log, info: log, warn: log, error: log },
      schedule: LIMITS,
    },
    { isNeeded: async () => true, reconcile: async () => ({ hasChanges: false }), ...reconciler },
  );
  return { pollWatch, lines, clock };
}

async function claim(): Promise<WatchRow> {
  const [lease] = await claimWatches(store, {
    now: NOW,
    leaseUntil: NOW + 12_000,
    farthest: NOW + 60_000,
    takes: [{ limit: 1 }],
    holderId: 'p1',
  });
  if (lease === undefined) throw new Error('no watch is due');
  return lease;
}

const watch = () => findWatch(store.db, KEY);

test('a poll without changes: the pause grows by half and the lease is released', async () => {
  await setUp({}).pollWatch(await claim());
  expect(await watch()).toMatchObject({
    nextLookAt: NOW + 6_000,
    pauseMs: 6_000,
    leaseUntil: 0,
    failures: 0,
  });
});

test('a poll with changes: the next one comes after the shortest pause', async () => {
  await setUp({ reconcile: async () => ({ hasChanges: true }) }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 2_000, pauseMs: 2_000 });
});

test('maxDelayMs brings the next poll forward, minDelayMs puts it off', async () => {
  const early = async () => ({ hasChanges: false, maxDelayMs: 500 });
  await setUp({ reconcile: early }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 500, pauseMs: 6_000 });

  await wakeWatch(store.db, KEY, NOW);
  const late = async () => ({ hasChanges: true, minDelayMs: 9_000, maxDelayMs: 9_000 });
  await setUp({ reconcile: late }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 9_000 });
});

test('a watch that is woken during its poll is due at once', async () => {
  const reconcile = async () => {
    await wakeWatch(store.db, KEY, NOW + 1);
    return { hasChanges: false };
  };
  await setUp({ reconcile }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 1, leaseUntil: 0 });
});

test('a watch that is not needed is deleted without a poll', async () => {
  let polls = 0;
  const reconcile = async () => {
    polls += 1;
    return { hasChanges: false };
  };
  await setUp({ isNeeded: async () => false, reconcile }).pollWatch(await claim());
  expect([await watch(), polls]).toEqual([undefined, 0]);
});

test('a poll that may have been the last: the watch is deleted when it is not needed', async () => {
  const answers = [true, false];
  await setUp({
    isNeeded: async () => answers.shift() ?? false,
    reconcile: async () => undefined,
  }).pollWatch(await claim());
  expect(await watch()).toBeUndefined();
});

test('a poll that may have been the last: a watch that is still needed is polled soon', async () => {
  await setUp({ reconcile: async () => undefined }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 2_000, leaseUntil: 0 });
});

test('an upstream failure: the next poll waits longer and the failure is counted', async () => {
  const reconcile = () => Promise.reject(new GatewayError('UPSTREAM_TIMEOUT'));
  const { pollWatch, lines } = setUp({ reconcile });
  await pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 1_000, failures: 1, leaseUntil: 0 });
  expect(lines).toEqual(['poll failed; retrying later']);
});

test('a failure of the gateway itself: the next poll comes soon, and nothing is counted or announced', async () => {
  const reconcile = () => Promise.reject(new GatewayError('UNAVAILABLE'));
  const { pollWatch, lines, clock } = setUp({ reconcile });
  for (let round = 0; round < 4; round += 1) {
    await store.db.updateTable('watches').set({ nextLookAt: NOW, leaseUntil: 0 }).execute();
    await pollWatch(await claim());
    expect(await watch()).toMatchObject({
      nextLookAt: clock.now() + 2_000,
      pauseMs: 4_000,
      failures: 0,
      degradedReason: null,
      leaseUntil: 0,
    });
  }
  expect(lines).toEqual(Array(4).fill('poll failed in the gateway; due again soon'));

  await clock.advance(30_000);
  await store.db.updateTable('watches').set({ nextLookAt: NOW, leaseUntil: 0 }).execute();
  await pollWatch(await claim());
  expect(await watch()).toMatchObject({ failures: 1 });
});

test('an upstream failure with Retry-After: the next poll is not earlier', async () => {
  const error = new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: 45 });
  await setUp({ reconcile: () => Promise.reject(error) }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 45_000 });
});

test('a pause longer than POLL_INTERVAL_MAX: the watch is degraded at the first failure', async () => {
  for (const [retryAfter, degradedReason] of [
    [30, null],
    [31, 'UPSTREAM_THROTTLED'],
  ] as const) {
    await store.db.updateTable('watches').set({ nextLookAt: NOW, leaseUntil: 0, failures: 0 }).execute();
    const error = new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter });
    await setUp({ reconcile: () => Promise.reject(error) }).pollWatch(await claim());
    expect(await watch()).toMatchObject({ failures: 1, degradedReason });
  }
});

test('a poll that reports its failure and a deadline: it counts as failed, and the deadline is kept', async () => {
  const failure = new GatewayError('UPSTREAM_THROTTLED', undefined, { retryAfter: 60 });
  const reconcile = async () => ({ hasChanges: false, maxDelayMs: 5_000, failure });
  await setUp({ reconcile }).pollWatch(await claim());
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 5_000, failures: 1, leaseUntil: 0 });
});

test('an error that is none of the catalogue is a failure too', async () => {
  const { pollWatch } = setUp({ reconcile: () => Promise.reject(new TypeError('bug')) });
  await pollWatch(await claim());
  expect(await watch()).toMatchObject({ failures: 1, leaseUntil: 0 });
});

test('the third failure in a row degrades the watch; a success ends that', async () => {
  const { pollWatch } = setUp({ reconcile: () => Promise.reject(notFound('Task')) });
  for (const failures of [1, 2, 3]) {
    await store.db.updateTable('watches').set({ nextLookAt: NOW, leaseUntil: 0 }).execute();
    expect((await watch())?.degradedReason).toBeNull();
    await pollWatch(await claim());
    expect((await watch())?.failures).toBe(failures);
  }
  expect((await watch())?.degradedReason).toBe('NOT_FOUND');

  await store.db.updateTable('watches').set({ nextLookAt: NOW, leaseUntil: 0 }).execute();
  await setUp({}).pollWatch(await claim());
  expect(await watch()).toMatchObject({ failures: 0, degradedReason: null });
});

test('a refused credential: it is stored as rejected, and its watches are paused', async () => {
  const { pollWatch, lines } = setUp({
    reconcile: () => Promise.reject(new GatewayError('CREDENTIAL_REJECTED')),
  });
  await pollWatch(await claim());
  expect(await watch()).toMatchObject({
    nextLookAt: NEVER,
    leaseUntil: 0,
    degradedReason: 'CREDENTIAL_REJECTED',
  });
  const row = await store.db.selectFrom('credentials').select('status').executeTakeFirst();
  expect(row).toEqual({ status: 'REJECTED' });
  expect(lines).toEqual(['poll failed: credential refused; its watches are paused']);
});

test('a watch whose credential is rejected already is paused without a poll', async () => {
  await store.db.updateTable('credentials').set({ status: 'REJECTED' }).execute();
  let polls = 0;
  const reconcile = async () => {
    polls += 1;
    return { hasChanges: false };
  };
  await setUp({ reconcile }).pollWatch(await claim());
  expect(polls).toBe(0);
  expect(await watch()).toMatchObject({ nextLookAt: NEVER, leaseUntil: 0 });
});

test('a lease that was taken over before the poll: nothing is polled', async () => {
  let polls = 0;
  const reconcile = async () => {
    polls += 1;
    return { hasChanges: false };
  };
  const { pollWatch } = setUp({ reconcile });
  const lease = await claim();
  await handOverLease(store.db, lease, NOW + 7);
  await expect(pollWatch(lease)).rejects.toBeInstanceOf(LeaseLostError);
  expect(polls).toBe(0);
  expect(await watch()).toMatchObject({ nextLookAt: NOW + 7, failures: 0 });
});

test.each([
  ['writes', () => Promise.reject(new LeaseLostError()), 0],
  ['succeeds', async () => ({ hasChanges: true }), 0],
  ['fails', () => Promise.reject(new GatewayError('UPSTREAM_TIMEOUT')), 1],
])(
  'a lease that is lost during a poll that %s: the new holder keeps its schedule',
  async (_what, end, linesLogged) => {
    const lease = await claim();
    const reconcile = async () => {
      await handOverLease(store.db, lease, NOW + 7);
      return end();
    };
    const { pollWatch, lines } = setUp({ reconcile });
    await expect(pollWatch(lease)).rejects.toBeInstanceOf(LeaseLostError);
    expect(await watch()).toMatchObject({ nextLookAt: NOW + 7, failures: 0, pauseMs: 4_000 });
    expect(lines).toHaveLength(linesLogged);
  },
);

describe('a poll for which the limits of its owner leave no place', () => {
  const refused = async () => {
    throw rateLimited('Too many calls with this credential', 3);
  };

  test('is no failure: the watch is free, and due when a place is expected', async () => {
    const { pollWatch, lines } = setUp({ reconcile: refused });
    await pollWatch(await claim());
    expect(await watch()).toMatchObject({
      nextLookAt: NOW + 3_000,
      pauseMs: 4_000,
      leaseUntil: 0,
      failures: 0,
      degradedReason: null,
    });
    expect(lines).toEqual([]);
  });

  test('is due when its guard is', async () => {
    const failure = rateLimited('Too many calls with this credential', 3);
    const reconcile = async () => ({ hasChanges: false, failure, maxDelayMs: 200 });
    await setUp({ reconcile }).pollWatch(await claim());
    expect(await watch()).toMatchObject({ nextLookAt: NOW + 200, failures: 0 });
  });

  test('counts as failed when that lasts, and not after a poll that came through', async () => {
    let reconcile: Reconciler['reconcile'] = refused;
    const { pollWatch, clock } = setUp({ reconcile: (...args) => reconcile(...args) });
    const pollAgain = async () => {
      await wakeWatchesOfCredential(store.db, KEY.credentialId, NOW);
      await pollWatch(await claim());
    };
    await pollAgain();
    await clock.advance(29_000);
    reconcile = async () => ({ hasChanges: false });
    await pollAgain();
    reconcile = refused;
    await clock.advance(29_000);
    await pollAgain();
    expect(await watch()).toMatchObject({ failures: 0 });
    await clock.advance(30_000);
    await pollAgain();
    expect(await watch()).toMatchObject({ failures: 1 });
    await pollAgain();
    expect(await watch()).toMatchObject({ failures: 2 });
  });
});
