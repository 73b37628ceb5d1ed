import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { claimWatches, findDueQueues, takeBackWatches } from '../../src/store/coordination/claims.ts';
import {
  isHeld,
  releaseLease,
  renewLease,
  rescheduleWatch,
  resumeWatches,
} from '../../src/store/coordination/leases.ts';
import {
  deleteWatch,
  ensureWatch,
  extendWatchInterest,
  findWatch,
  NEVER,
  type NewWatch,
  nextDueAtMs,
  updateWatch,
  type WatchKey,
  wakeWatch,
  wakeWatchesOfCredential,
  watchesOf,
} from '../../src/store/coordination/watches.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import { deleteCredential, insertCredential } from '../../src/store/identity/credentials.ts';
import type { DeploymentRow, WatchKind, WatchRow } from '../../src/store/schema/index.ts';
import type { Db, Store } from '../../src/store/store.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const NOW = 1_700_000_000_000;
const FARTHEST = NOW + 60_000;

function key(scope: string, more: Partial<WatchKey> = {}): WatchKey {
  return {
    kind: 'DEPLOYMENTS',
    credentialId: 'c1',
    scope,
    ...more,
  };
}

function watch(scope: string, nextLookAt: number, more: Partial<NewWatch> = {}): NewWatch {
  return {
    ...key(scope),
    ownerId: 'ada',
    nextLookAt,
    pauseMs: 100,
    ...more,
  };
}

/** Ada, her two credentials, and what is watched with them. */
async function fill(db: Db, watches: readonly NewWatch[] = []): Promise<void> {
  await insertPerson(db, 'ada');
  for (const id of ['c1', 'c2']) await insertCredential(db, credential('ada', id));
  for (const one of watches) await ensureWatch(db, one);
}

/** Claims what is due, and tells which. */
async function claimDue(store: Store, limit: number, nowMs = NOW, leaseUntil = nowMs + 9): Promise<string[]> {
  const claim = { now: nowMs, leaseUntil, farthest: FARTHEST, takes: [{ limit }], holderId: 'p1' };
  return (await claimWatches(store, claim)).map(({ scope }) => scope).sort();
}

/** Claims the one watch that is due. */
async function claim(store: Store, nowMs: number, leaseUntil: number): Promise<WatchRow> {
  const [claimed, ...others] = await claimWatches(store, {
    now: nowMs,
    leaseUntil,
    farthest: FARTHEST,
    takes: [{ limit: 9 }],
    holderId: 'p1',
  });
  if (claimed === undefined || others.length > 0) throw new Error('not one watch is due');
  return claimed;
}

const isNamed =
  (name: string) =>
  ({ scope }: WatchKey): boolean =>
    scope === name;

async function lookOf(db: Db, scope: string): Promise<number | undefined> {
  return (await findWatch(db, key(scope)))?.nextLookAt;
}

onEveryStore((bed) => {
  test('a watch is created once and is due at the earliest requested time', async () => {
    const { db } = bed.store;
    await fill(db, [watch('o1', NOW + 5), watch('o1', NOW + 9), watch('o1', NOW + 3)]);
    expect(await findWatch(db, key('o1'))).toEqual({
      ...watch('o1', NOW + 3),
      failures: 0,
      degradedReason: null,
      wantedUntil: 0,
      leaseUntil: 0,
      fence: expect.any(Number),
      leaseHolder: null,
      seenAt: 0,
    });
    expect(await findWatch(db, key('o1', { kind: 'AI_TASK_LIST' }))).toBeUndefined();
    await wakeWatch(db, key('o1'), NOW + 1);
    await wakeWatch(db, key('o1'), NOW + 2);
    expect(await lookOf(db, 'o1')).toBe(NOW + 1);
  });

  test('a paused or failing watch is not woken until its credential is', async () => {
    const { db } = bed.store;
    await fill(db, [watch('paused', NEVER), watch('failing', NOW + 9)]);
    await ensureWatch(db, watch('elsewhere', NOW + 9, { credentialId: 'c2' }));
    await updateWatch(db, key('failing'), { failures: 1, degradedReason: 'UPSTREAM_TIMEOUT' });
    await wakeWatch(db, key('paused'), NOW);
    await ensureWatch(db, watch('failing', NOW));
    expect(await lookOf(db, 'paused')).toBe(NEVER);
    expect(await lookOf(db, 'failing')).toBe(NOW + 9);

    await wakeWatchesOfCredential(db, 'c1', NOW);
    const woken = (await watchesOf(db, 'c1')).map(({ scope, nextLookAt }) => [scope, nextLookAt]);
    expect(Object.fromEntries(woken)).toEqual({ paused: NOW, failing: NOW });
    expect(await watchesOf(db, 'c2')).toMatchObject([{ nextLookAt: NOW + 9 }]);
  });

  test('interest in a watch only grows', async () => {
    const { db } = bed.store;
    await fill(db, [watch('o1', NOW)]);
    await extendWatchInterest(db, key('o1'), NOW + 5);
    await extendWatchInterest(db, key('o1'), NOW + 3);
    expect(await findWatch(db, key('o1'))).toMatchObject({ wantedUntil: NOW + 5 });
  });

  test('due watches come longest overdue first, and the next due time is known', async () => {
    const { db } = bed.store;
    await fill(db);
    expect(await nextDueAtMs(db)).toBe(NEVER);
    for (const one of [watch('b', NOW), watch('a', NOW - 5), watch('later', NOW + 7), watch('no', NEVER)]) {
      await ensureWatch(db, one);
    }
    expect(await nextDueAtMs(db)).toBe(NOW - 5);
    expect(await claimDue(bed.store, 1, NOW, NOW + 3)).toEqual(['a']);
    expect(await claimDue(bed.store, 9)).toEqual(['b']);
    expect(await claimDue(bed.store, 9)).toEqual([]);
    expect(await nextDueAtMs(db)).toBe(NOW + 3);
    await deleteWatch(db, key('a'));
    expect(await nextDueAtMs(db)).toBe(NOW + 7);
  });

  test('what is due is counted by owner, credential and kind, and each queue gives as many as are asked for', async () => {
    const { store } = bed;
    await fill(store.db, [
      watch('a', NOW - 3),
      watch('b', NOW - 5),
      watch('later', NOW + 1),
      watch('no', NEVER),
      watch('list', NOW - 1, { kind: 'AI_TASK_LIST', credentialId: 'c2' }),
    ]);
    await insertPerson(store.db, 'grace');
    await insertCredential(store.db, credential('grace', 'c3'));
    await ensureWatch(store.db, watch('hers', NOW, { ownerId: 'grace', credentialId: 'c3' }));
    await ensureWatch(store.db, watch('leased', NOW - 9));
    await updateWatch(store.db, key('leased'), { leaseUntil: NOW + 1 });
    const times = { now: NOW, leaseUntil: NOW + 9, farthest: FARTHEST };
    const mine = { ownerId: 'ada', credentialId: 'c1', kind: 'DEPLOYMENTS', isGuarded: false };
    expect(new Set(await findDueQueues(store.db, times))).toEqual(
      new Set([
        { ...mine, count: 2, firstDueAt: NOW - 5 },
        { ...mine, credentialId: 'c2', kind: 'AI_TASK_LIST', count: 1, firstDueAt: NOW - 1 },
        { ...mine, ownerId: 'grace', credentialId: 'c3', count: 1, firstDueAt: NOW },
      ]),
    );

    const from = (credentialId: string, limit: number) => ({
      queue: { credentialId, kind: 'DEPLOYMENTS' as const, isGuarded: false },
      limit,
    });
    const claim = { ...times, holderId: 'p1', takes: [from('c1', 1), from('c2', 9), from('c3', 9)] };
    const scopes = (await claimWatches(store, claim)).map(({ scope }) => scope);
    expect(scopes.sort()).toEqual(['b', 'hers']);
    expect(await claimWatches(store, { ...claim, takes: [] })).toEqual([]);
    expect(await findDueQueues(store.db, times)).toHaveLength(2);
  });

  test('whole queues are claimed together, each kind and each credential apart from others', async () => {
    const { store } = bed;
    await insertPerson(store.db, 'grace');
    await insertCredential(store.db, credential('grace', 'c3'));
    await fill(store.db, [
      watch('a', NOW - 1),
      watch('b', NOW - 2),
      watch('other', NOW - 9, { credentialId: 'c2' }),
      watch('list', NOW - 9, { kind: 'AI_TASK_LIST' }),
      watch('hers', NOW, { credentialId: 'c3', ownerId: 'grace' }),
      watch('late', NOW - 3, { kind: 'AI_TASK_LIST', credentialId: 'c3', ownerId: 'grace' }),
    ]);
    const times = { now: NOW, leaseUntil: NOW + 9, farthest: FARTHEST };
    const from = (credentialId: string, limit: number, kind: WatchKind = 'DEPLOYMENTS') => ({
      queue: { credentialId, kind, isGuarded: false },
      limit,
      isWhole: true,
    });
    const takes = [from('c1', 2), from('c3', 1), from('c3', 1, 'AI_TASK_LIST')];
    const claimed = await claimWatches(store, { ...times, holderId: 'p1', takes });
    expect(claimed.map(({ scope }) => scope).sort()).toEqual(['a', 'b', 'hers', 'late']);
  });

  test('watches of deployments with a guard that have not ended are a queue of their own', async () => {
    const { store } = bed;
    await fill(store.db, [
      watch('guarded', NOW - 1),
      watch('', NOW - 2),
      watch('plain', NOW - 9),
      watch('ended', NOW - 8),
      watch('unwatched', NOW - 7),
      watch('list', NOW - 6, { kind: 'AI_TASK_LIST' }),
      watch('guarded', NOW - 5, { credentialId: 'c2' }),
    ]);
    const guard = toJson({ maxTokens: 1 });
    const insert = (id: string, more: Partial<DeploymentRow>) =>
      insertDeployment(store.db, deployment('ada', id, { credentialId: 'c1', ...more }));
    await insert('d1', { organizationId: 'guarded', guard });
    await insert('d2', { organizationId: 'guarded' });
    await insert('d3', { organizationId: null, guard });
    await insert('d4', { organizationId: 'plain' });
    await insert('d5', { organizationId: 'ended', guard, isTerminal: 1 });
    await insert('d6', { organizationId: 'unwatched', guard, isWatched: 0 });
    await insert('d7', { organizationId: 'list', guard });
    const times = { now: NOW, leaseUntil: NOW + 9, farthest: FARTHEST };
    const queues = await findDueQueues(store.db, times);
    expect(queues.filter(({ isGuarded }) => isGuarded)).toEqual([
      {
        ...{ ownerId: 'ada', credentialId: 'c1', kind: 'DEPLOYMENTS' },
        ...{ isGuarded: true, count: 2, firstDueAt: NOW - 2 },
      },
    ]);

    const take = (isGuarded: boolean) => ({
      queue: { credentialId: 'c1', kind: 'DEPLOYMENTS' as const, isGuarded },
      limit: 9,
    });
    const claimOf = async (isGuarded: boolean) =>
      (await claimWatches(store, { ...times, holderId: 'p1', takes: [take(isGuarded)] }))
        .map(({ scope }) => scope)
        .sort();
    expect(await claimOf(true)).toEqual(['', 'guarded']);
    expect(await claimOf(false)).toEqual(['ended', 'plain', 'unwatched']);
  });

  test('of fifty watches claimed by twenty replicas each is claimed exactly once', async () => {
    const { store, replicas } = bed;
    await fill(
      store.db,
      Array.from({ length: 50 }, (_, index) => watch(`o${index}`, NOW - index)),
    );
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => claimDue(replicas[index % replicas.length]!, 4)),
    );
    const got = claims.flat();
    expect(new Set(got).size).toBe(got.length);
    const rest = await claimDue(store, 99);
    expect(got.length + rest.length).toBe(50);
  });

  test('an expired lease is taken over; its former holder can neither renew nor release', async () => {
    const { store } = bed;
    await fill(store.db, [watch('o1', NOW)]);
    const old = await claim(store, NOW, NOW + 10);
    expect(await renewLease(store.db, old, NOW + 20)).toBe(true);
    expect(await claimDue(store, 9, NOW + 19)).toEqual([]);

    const next = await claim(store, NOW + 20, NOW + 40);
    expect(next.fence).toBe(old.fence + 1);
    const held = (lease: WatchRow) => store.transaction('ada', (tx) => isHeld(tx, lease));
    expect([await held(old), await held(next)]).toEqual([false, true]);
    expect(await renewLease(store.db, old, NOW + 99)).toBe(false);
    await releaseLease(store.db, old);
    expect(await findWatch(store.db, key('o1'))).toEqual(next);
    await releaseLease(store.db, next);
    expect(await findWatch(store.db, key('o1'))).toEqual({ ...next, leaseUntil: 0 });
  });

  test('a lease of a deleted watch does not hold the watch that replaces it', async () => {
    const { store } = bed;
    await fill(store.db, [watch('o1', NOW)]);
    const old = await claim(store, NOW, NOW + 10);
    await deleteWatch(store.db, key('o1'));
    await ensureWatch(store.db, watch('o1', NOW));
    const next = await claim(store, NOW, NOW + 10);
    const held = (lease: WatchRow) => store.transaction('ada', (tx) => isHeld(tx, lease));
    expect([await held(old), await held(next)]).toEqual([false, true]);
  });

  test('a released watch has its next due time', async () => {
    const { store } = bed;
    await fill(store.db, [watch('o1', NOW)]);
    const lease = await claim(store, NOW, NOW + 10);
    const change = { nextLookAt: NOW + 500, pauseMs: 200, failures: 0 };
    await store.transaction('ada', (tx) => rescheduleWatch(tx, lease, change));
    expect(await findWatch(store.db, key('o1'))).toEqual({ ...lease, ...change, leaseUntil: 0 });
  });

  test('a wake or a pause during a poll is kept at the release', async () => {
    const { db } = bed.store;
    await fill(db, [watch('called', NOW), watch('paused', NOW), watch('gone', NOW)]);
    const leases = await claimWatches(bed.store, {
      now: NOW,
      leaseUntil: NOW + 10,
      farthest: FARTHEST,
      takes: [{ limit: 9 }],
      holderId: 'p1',
    });
    await wakeWatch(db, key('called'), NOW + 1);
    await updateWatch(db, key('paused'), { nextLookAt: NEVER });
    await deleteWatch(db, key('gone'));
    for (const lease of leases) await rescheduleWatch(db, lease, { nextLookAt: NOW + 500 });
    expect(await lookOf(db, 'called')).toBe(NOW + 1);
    expect(await lookOf(db, 'paused')).toBe(NEVER);
    expect(await lookOf(db, 'gone')).toBeUndefined();
  });

  test("the only process on a store claims all its predecessor's unpaused watches", async () => {
    const { db } = bed.store;
    await fill(db, [
      watch('leased', NOW - 2),
      watch('later', NOW + 9),
      watch('due', NOW - 1),
      watch('no', NEVER),
    ]);
    expect(await claimDue(bed.store, 1, NOW, NOW + 50)).toEqual(['leased']);
    await resumeWatches(db, NOW);
    expect(await lookOf(db, 'due')).toBe(NOW - 1);
    expect(await lookOf(db, 'no')).toBe(NEVER);
    expect(await claimDue(bed.store, 9)).toEqual(['due', 'later', 'leased']);
  });

  test('a due time or a lease further ahead than any that is set now counts as reached', async () => {
    const { store } = bed;
    await fill(store.db, [watch('far', FARTHEST + 1), watch('near', FARTHEST), watch('paused', NEVER)]);
    await ensureWatch(store.db, watch('leased', NOW));
    await updateWatch(store.db, key('leased'), { leaseUntil: FARTHEST + 1 });
    expect(await claimDue(store, 9)).toEqual(['far', 'leased']);
  });

  test('a process that stood still over a restore does not hold what another one has claimed since', async () => {
    const { store } = bed;
    const { db } = store;
    await fill(db, [watch('o1', NOW)]);
    const copied = await findWatch(db, key('o1'));
    const times = { now: NOW, leaseUntil: NOW + 50, farthest: FARTHEST };
    const claimAt = async (holderId: string, minFence: number) => {
      const [lease] = await claimWatches(store, { ...times, takes: [{ limit: 1 }], holderId, minFence });
      if (lease === undefined) throw new Error('nothing was claimed');
      return lease;
    };
    const lost = await claimAt('frozen', 1_000_000_000_000);
    const { fence, leaseUntil, nextLookAt } = copied!;
    await updateWatch(db, key('o1'), { fence, leaseUntil, nextLookAt });

    const next = await claimAt('other', 1_000_000_020_000);
    expect([await isHeld(db, lost), await isHeld(db, next)]).toEqual([false, true]);
    const back = { ...times, leaseUntil: NOW + 90, limit: 9, holderId: 'other', known: [] };
    expect(await takeBackWatches(store, back)).toMatchObject([{ fence: next.fence + 1 }]);
  });

  test('a process takes back what it holds and does not work on, and no lease of another', async () => {
    const { store } = bed;
    const { db } = store;
    const names = ['lost', 'known', 'raised', 'paused', 'ended', 'released'];
    await fill(
      db,
      names.map((name) => watch(name, NOW)),
    );
    const times = { now: NOW, leaseUntil: NOW + 50, farthest: FARTHEST, takes: [{ limit: 9 }] };
    const mine = await claimWatches(store, { ...times, holderId: 'mine' });
    await ensureWatch(db, watch('theirs', NOW));
    await claimWatches(store, { ...times, holderId: 'theirs' });
    // A version that does not write the holder claims one of them.
    await updateWatch(db, key('raised'), { fence: 1 + (mine.find(isNamed('raised'))?.fence ?? 0) });
    await updateWatch(db, key('paused'), { nextLookAt: NEVER });
    await updateWatch(db, key('ended'), { leaseUntil: NOW });
    const released = mine.find(isNamed('released'));
    if (released) await releaseLease(db, released);

    const back = {
      ...{ now: NOW, leaseUntil: NOW + 90, farthest: FARTHEST, limit: 9, holderId: 'mine' },
      known: mine.filter(isNamed('known')),
    };
    const [lost, ...others] = await takeBackWatches(store, back);
    expect(others).toEqual([]);
    const before = mine.find(isNamed('lost'));
    expect(lost).toMatchObject({ scope: 'lost', fence: 1 + (before?.fence ?? 0), leaseUntil: NOW + 90 });
    expect(before && (await isHeld(db, before))).toBe(false);
    expect(lost && (await isHeld(db, lost))).toBe(true);
    expect(
      await takeBackWatches(store, { ...back, known: [...back.known, ...(lost ? [lost] : [])] }),
    ).toEqual([]);
  });

  test('deleting a credential deletes its watches', async () => {
    const { db } = bed.store;
    await fill(db, [watch('o1', NOW), watch('o2', NOW, { credentialId: 'c2' })]);
    await deleteCredential(db, 'ada', 'c1');
    expect(await watchesOf(db, 'c1')).toEqual([]);
    expect(await watchesOf(db, 'c2')).toHaveLength(1);
  });
});
