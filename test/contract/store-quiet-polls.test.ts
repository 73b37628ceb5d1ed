import { beforeEach, expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { claimWatches } from '../../src/store/coordination/claims.ts';
import { endQuietPoll, isStillHeld } from '../../src/store/coordination/leases.ts';
import { ensureWatch, findWatch, updateWatch, wakeWatch } from '../../src/store/coordination/watches.ts';
import {
  findDeployment,
  insertDeployment,
  updateDeployment,
  updateObserved,
} from '../../src/store/deployments/deployments.ts';
import {
  hasWatched,
  polledDeployments,
  storedSince,
  withSeenAt,
} from '../../src/store/deployments/polled.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { DeploymentRow, WatchRow } from '../../src/store/schema/index.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const WATCH = { kind: 'DEPLOYMENTS', ownerId: 'ada', credentialId: 'c1', scope: 'o1' } as const;

onEveryStore((bed) => {
  const put = (id: string, more: Partial<DeploymentRow> = {}) =>
    insertDeployment(
      bed.store.db,
      deployment('ada', id, { credentialId: 'c1', organizationId: 'o1', ...more }),
    );
  let lease: WatchRow;
  beforeEach(async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertCredential(db, credential('ada', 'c1'));
    await put('A-1', { createdAt: 2 });
    await put('A-2', { createdAt: 1, organizationId: 'o2' });
    await ensureWatch(db, { ...WATCH, ownerId: 'ada', nextLookAt: 10, pauseMs: 2_000 });
    const times = { now: 10, leaseUntil: 20, farthest: 99 };
    [lease] = (await claimWatches(bed.store, { ...times, holderId: 'p1', takes: [{ limit: 1 }] })) as [
      WatchRow,
    ];
  });
  const end = (revision: number) =>
    endQuietPoll(bed.store.db, lease, { nextLookAt: 50, pauseMs: 3_000, seenAt: 7, revision });
  const newest = async () => (await findDeployment(bed.store.db, 'ada', 'A-1'))?.revision ?? 0;

  test('a poll that found nothing new: its watch is free, and says when it was seen and is due', async () => {
    expect(await end(await newest())).toBe(true);
    expect(await findWatch(bed.store.db, WATCH)).toMatchObject({
      ...{ nextLookAt: 50, pauseMs: 3_000, seenAt: 7, leaseUntil: 0, failures: 0, fence: lease.fence },
    });
  });

  test('a poll that found nothing new, whose lease was lost: nothing is changed', async () => {
    await updateWatch(bed.store.db, WATCH, { fence: lease.fence + 1 });
    expect(await isStillHeld(bed.store.db, lease)).toBe(false);
    expect(await end(await newest())).toBe(false);
    expect(await findWatch(bed.store.db, WATCH)).toMatchObject({ nextLookAt: 20, seenAt: 0 });
  });

  test('a poll that found nothing new, while one of its deployments was stored: nothing is changed', async () => {
    const before = await newest();
    await updateObserved(bed.store.db, 'ada', 'A-1', { rawStatus: 'Stopping' });
    expect(await storedSince(bed.store.db, WATCH, before)).toEqual(['A-1']);
    expect(await end(before)).toBe(false);
    await updateObserved(bed.store.db, 'ada', 'A-2', { rawStatus: 'Stopping' });
    expect(await end(await newest())).toBe(true);
  });

  test.for([
    ['woken', 30, 30],
    ['due later than the next poll', 60, 50],
  ] as const)('a watch that is %s during a quiet poll keeps the earlier time', async ([, at, expected]) => {
    await updateWatch(bed.store.db, WATCH, { nextLookAt: 70 });
    await wakeWatch(bed.store.db, WATCH, at);
    await end(await newest());
    expect((await findWatch(bed.store.db, WATCH))?.nextLookAt).toBe(expected);
  });

  test('the deployments of a poll: what is compared, and whether the list tells all', async () => {
    const text = toJson({ prompt: 'say "endedAt":"now"' } as never);
    await put('A-3', { state: text, taskId: '7', isStale: 1, createdAt: 3 });
    await put('A-4', {
      state: toJson({ endedAt: '2026-01-01' } as never),
      messagesWantedUntil: 9,
      createdAt: 4,
    });
    const running = { status: 'RUNNING', rawStatus: 'Running', hasEnd: 0, needsMore: 0 };
    const polled = async (now: number) => polledDeployments(bed.store.db, WATCH, now);
    expect(await polled(9)).toMatchObject([
      { id: 'A-1', ...running, taskId: null, isStale: 0, revision: await newest() },
      { id: 'A-3', ...running, taskId: '7', isStale: 1 },
      { id: 'A-4', ...running, hasEnd: 1 },
    ]);
    const needing = async () => (await polled(8)).filter(({ needsMore }) => needsMore).map(({ id }) => id);
    expect(await needing()).toEqual(['A-4']);
    await updateDeployment(bed.store.db, 'ada', 'A-1', { guard: toJson({ maxTokens: 1 } as never) });
    await updateDeployment(bed.store.db, 'ada', 'A-3', { transcriptDueAt: 1 });
    expect(await needing()).toEqual(['A-1', 'A-3', 'A-4']);
  });

  test('deployments that are polled show when their watch has last seen them', async () => {
    await put('A-ended', { isTerminal: 1 });
    await put('A-newer', { observedAt: 8 });
    await end(99);
    const seen = async (id: string) => {
      const row = (await findDeployment(bed.store.db, 'ada', id)) as DeploymentRow;
      return (await withSeenAt(bed.store.db, [row]))[0]?.observedAt;
    };
    expect([await seen('A-1'), await seen('A-2'), await seen('A-ended'), await seen('A-newer')]).toEqual([
      7, 1, 1, 8,
    ]);
  });

  test('a watch has deployments until the last one of its organization is not watched any more', async () => {
    const has = (scope: string) => hasWatched(bed.store.db, { credentialId: 'c1', scope });
    await put('A-5', { organizationId: null });
    expect([await has('o1'), await has('o2'), await has('')]).toEqual([true, true, true]);
    await updateDeployment(bed.store.db, 'ada', 'A-1', { isWatched: 0 });
    await updateDeployment(bed.store.db, 'ada', 'A-5', { isWatched: 0 });
    expect([await has('o1'), await has('o2'), await has('')]).toEqual([false, true, false]);
  });
});
