import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/events/bus.ts';
import { isHeld } from '../../src/store/coordination/leases.ts';
import { ensureWatch, findWatch, updateWatch } from '../../src/store/coordination/watches.ts';
import { isStoreUnavailable } from '../../src/store/driver/unavailable.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { WatchRow } from '../../src/store/schema/index.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createPoller } from '../../src/worker/poller.ts';
import type { PollWatch } from '../../src/worker/reconcile.ts';
import { sharesOf } from '../../src/worker/shares.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { isPostgresMissing, type TemporaryDatabase, temporaryDatabase } from '../support/postgres.ts';
import { credential, insertPerson } from '../support/stores.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

const key = (scope: string) => ({ kind: 'DEPLOYMENTS', credentialId: 'c1', scope }) as const;

/** The answers of PostgreSQL are lost on the way to one replica. */
describe.skipIf(isPostgresMissing)('a claim whose answer is lost', () => {
  let database: TemporaryDatabase;
  let proxy: TcpProxy;
  /** The way of the replica to the database, and another one. */
  let store: Store;
  let direct: Store;
  beforeEach(async () => {
    database = await temporaryDatabase();
    proxy = await tcpProxy(database.url);
    store = await openStore(proxy.url, { poolSize: 1 });
    direct = await openStore(database.url);
    await insertPerson(store.db, 'ada');
    await insertCredential(store.db, credential('ada', 'c1'));
  });
  afterEach(async () => {
    await store.close();
    await direct.close();
    await proxy[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  const addWatch = (scope: string) =>
    ensureWatch(direct.db, { ...key(scope), ownerId: 'ada', nextLookAt: direct.time(0), pauseMs: 2_000 });

  const createReplica = (holderId: string, on: Store, poll: PollWatch) => {
    const ignore = (): void => undefined;
    return createPoller({
      store: on,
      bus: createMemoryBus(),
      clock: createManualClock(Date.now()),
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      pollWatch: { DEPLOYMENTS: poll, AI_TASK_LIST: poll, AI_TASK_RUN: poll, AI_TASK_LIST_RUN: poll },
      longestDelayMs: 60_000,
      shares: sharesOf(64),
      holderId,
    });
  };

  /** Lets the replica claim what is due, and loses the answer that follows the commit. */
  const loseClaim = async (replica: { tick(): Promise<void> }, scope: string): Promise<WatchRow> => {
    await store.ping();
    const before = await findWatch(direct.db, key(scope));
    proxy.loseAnswersFrom('update "watches"');
    await expect(replica.tick()).rejects.toSatisfy(isStoreUnavailable);
    proxy.speakAgain();
    const claimed = await findWatch(direct.db, key(scope));
    if (claimed === undefined) throw new Error('The watch is gone');
    expect(claimed.fence).toBeGreaterThan(before?.fence ?? 0);
    return claimed;
  };

  test('the replica polls the watch at its next round, and a poll under the lost claim writes nothing', async () => {
    await addWatch('o1');
    const polled: WatchRow[] = [];
    const replica = createReplica('p1', store, async (lease) => void polled.push(lease));
    const lost = await loseClaim(replica, 'o1');
    await replica.tick();
    expect(polled.map(({ scope }) => scope)).toEqual(['o1']);
    expect(await isHeld(store.db, lost)).toBe(false);
  });

  test('meanwhile another replica, also one in doubt itself, leaves the watch alone', async () => {
    await addWatch('o1');
    const polled: string[] = [];
    const replica = createReplica('p1', store, async () => void polled.push('p1'));
    await loseClaim(replica, 'o1');
    await addWatch('o2');
    const other = createReplica('p2', store, async ({ scope }) => void polled.push(scope));
    await loseClaim(other, 'o2');
    await other.tick();
    expect(polled).toEqual(['o2']);
  });

  test('what the replica works on, and what an older version has claimed since, is not polled twice', async () => {
    await addWatch('working');
    await addWatch('older');
    const polled: string[] = [];
    const end = Promise.withResolvers<void>();
    const replica = createReplica('p1', store, async ({ scope }) => {
      polled.push(scope);
      if (scope === 'working') await end.promise;
    });
    const working = replica.tick();
    await expect.poll(() => polled.length).toBe(2);
    const older = await findWatch(direct.db, key('older'));
    // A version that does not know holders claims the watch, and leaves the column as it is.
    await updateWatch(direct.db, key('older'), { fence: 1 + (older?.fence ?? 0) });
    await addWatch('lost');
    await loseClaim(replica, 'lost');
    await replica.tick();
    expect(polled.slice(2)).toEqual(['lost']);
    end.resolve();
    await working;
  });
});
