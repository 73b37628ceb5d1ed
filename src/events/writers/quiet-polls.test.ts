import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { credential, insertPerson } from '../../../test/support/stores.ts';
import { claimWatches } from '../../store/coordination/claims.ts';
import { ensureWatch, findWatch } from '../../store/coordination/watches.ts';
import { insertCredential } from '../../store/identity/credentials.ts';
import type { WatchRow } from '../../store/schema/index.ts';
import { openStore, type Store } from '../../store/store.ts';
import { createQuietPolls } from './quiet-polls.ts';

const NOW = 1_700_000_000_000;
const DUE = NOW + 5_000;
const SCOPES = ['o1', 'o2', 'o3', 'o4'];

let store: Store;
let leases: WatchRow[];
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, 'ada');
  await insertCredential(store.db, credential('ada', 'c1'));
  for (const scope of SCOPES)
    await ensureWatch(store.db, { ...keyOf(scope), ownerId: 'ada', nextLookAt: NOW, pauseMs: 0 });
  const times = { now: NOW, leaseUntil: NOW + 12_000, farthest: NOW + 99_000 };
  leases = await claimWatches(store, { ...times, holderId: 'p1', takes: [{ limit: SCOPES.length }] });
});
afterEach(() => store.close());

function keyOf(scope: string) {
  return { kind: 'DEPLOYMENTS', credentialId: 'c1', scope } as const;
}

/** Ends the polls of the leases with these numbers. */
function setUp() {
  const clock = createManualClock(NOW);
  const commits = { count: 0, nextFails: false };
  const transaction: Store['transaction'] = async (lockKey, work) => {
    commits.count += 1;
    if (commits.nextFails) throw new Error('disk full');
    return store.transaction(lockKey, work);
  };
  const polls = createQuietPolls({ store: { ...store, transaction }, clock });
  const end = (...numbers: number[]) =>
    numbers.map((at) => polls.end(leases[at]!, { nextLookAt: DUE, pauseMs: 1, seenAt: NOW, revision: 0 }));
  const dueAt = async (): Promise<number[]> => {
    const watches = await Promise.all(SCOPES.map((scope) => findWatch(store.db, keyOf(scope))));
    return watches.map((watch) => watch?.nextLookAt ?? 0);
  };
  return { clock, commits, end, dueAt };
}

test('polls that end within 20 ms share a commit, and the first of them has one at once', async () => {
  const { clock, commits, end, dueAt } = setUp();
  expect(await Promise.all(end(0))).toEqual([true]);
  const others = end(1, 2);
  await clock.advance(19);
  expect([commits.count, (await dueAt()).filter((at) => at === DUE).length]).toEqual([1, 1]);
  await clock.advance(1);
  expect([await Promise.all(others), commits.count]).toEqual([[true, true], 2]);
  expect((await dueAt()).slice(0, 3)).toEqual([DUE, DUE, DUE]);
});

test('a poll that has lost its lease changes nothing, and the others of its commit are stored', async () => {
  const { clock, end, dueAt } = setUp();
  await Promise.all(end(0));
  await store.db.updateTable('watches').set({ fence: 99 }).where('scope', '=', 'o2').execute();
  const others = end(1, 2);
  await clock.advance(20);
  expect(await Promise.all(others)).toEqual([false, true]);
  expect((await dueAt())[2]).toBe(DUE);
});

test('a commit that fails is told to each of its polls, and the next one works', async () => {
  const { clock, commits, end } = setUp();
  await Promise.all(end(0));
  commits.nextFails = true;
  const others = Promise.allSettled(end(1, 2));
  await clock.advance(20);
  expect((await others).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  commits.nextFails = false;
  await clock.advance(20);
  expect(await Promise.all(end(1))).toEqual([true]);
});
