import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/events/bus.ts';
import { ensureWatch, findWatch } from '../../src/store/coordination/watches.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createPoller } from '../../src/worker/poller.ts';
import type { PollWatch } from '../../src/worker/reconcile.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { isPostgresMissing, temporaryDatabase } from '../support/postgres.ts';
import { credential, insertPerson } from '../support/stores.ts';

const HOUR_MS = 3_600_000;
const KEY = { kind: 'DEPLOYMENTS', credentialId: 'c1', scope: 'o1' } as const;

/** A replica whose clock is wrong by an offset. */
function createReplica(store: Store, offsetMs: number, poll: PollWatch) {
  const ignore = (): void => undefined;
  return createPoller({
    store,
    bus: createMemoryBus(),
    clock: createManualClock(Date.now() + offsetMs),
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    pollWatch: { DEPLOYMENTS: poll, AI_TASK_LIST: poll, AI_TASK_RUN: poll, AI_TASK_LIST_RUN: poll },
    longestDelayMs: 60_000,
  });
}

describe.skipIf(isPostgresMissing)('PostgreSQL', () => {
  test('replicas whose clocks differ by hours: a leased watch is polled by its holder only', async () => {
    await using database = await temporaryDatabase();
    const store = await openStore(database.url);
    await insertPerson(store.db, 'ada');
    await insertCredential(store.db, credential('ada', 'c1'));
    await ensureWatch(store.db, { ...KEY, ownerId: 'ada', nextLookAt: store.time(0), pauseMs: 2_000 });
    const polls: string[] = [];
    const end = Promise.withResolvers<void>();
    const behind = createReplica(store, -HOUR_MS, async () => {
      polls.push('behind');
      await end.promise;
    });
    const ahead = createReplica(store, HOUR_MS, async () => void polls.push('ahead'));

    const polling = behind.tick();
    await expect.poll(() => polls).toEqual(['behind']);
    await ahead.tick();
    expect(polls).toEqual(['behind']);
    const { leaseUntil } = (await findWatch(store.db, KEY)) ?? { leaseUntil: 0 };
    expect(Math.abs(leaseUntil - Date.now())).toBeLessThan(HOUR_MS / 2);

    end.resolve();
    await polling;
    await store.close();
  });
});
