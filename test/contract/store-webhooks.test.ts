import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertListEvents } from '../../src/store/ai-tasks/list-events.ts';
import { insertEvents, takeSequence } from '../../src/store/deployments/events.ts';
import type { NewWebhookRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import {
  advanceWebhook,
  claimWebhook,
  findDueWebhooks,
  releaseWebhook,
} from '../../src/store/webhooks/claims.ts';
import { insertDelivery, pruneDeliveries, readDeliveries } from '../../src/store/webhooks/deliveries.ts';
import { insertOwnerEvents } from '../../src/store/webhooks/owner-events.ts';
import { deleteWebhook, findWebhook, insertWebhook } from '../../src/store/webhooks/webhooks.ts';
import { readWholeLog } from '../../src/store/webhooks/whole-log.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

const at = (ms: number) => sql<number>`${ms}`;
const NOW = { now: at(1_000), leaseUntil: at(31_000) };
const ALL = { now: at(1_000), perOwner: 8, limit: 100 };

function webhook(ownerId: string, id: string, more: Partial<NewWebhookRow> = {}): NewWebhookRow {
  return {
    ...{ id, ownerId, url: 'https://example.com/', types: null, taskId: null, taskListId: null },
    ...{
      description: null,
      createdAt: 1,
      isDisabled: 0,
      disabledReason: null,
      position: 0,
      missedAfter: null,
    },
    ...{ failures: 0, failingSince: null, nextTryAt: 0, leaseUntil: 0, fence: 0 },
    ...more,
  };
}

/** Writes an event of a deployment, of a list or of neither, and returns its number. */
async function writeEvent(
  db: Db,
  ownerId: string,
  of: 'deployment' | 'list' | 'owner' = 'deployment',
): Promise<number> {
  const seq = await takeSequence(db, ownerId, 1, at(1));
  const common = { ownerId, seq, occurredAt: 1 };
  if (of === 'list')
    await insertListEvents(db, [
      { ...common, kind: 'TASK', organisation: 'o', taskListId: 'L', subjectId: 't', body: toJson({}) },
    ]);
  else if (of === 'owner')
    await insertOwnerEvents(db, [
      { ...common, kind: 'WEBHOOK_DISABLED', subjectId: 'w', body: toJson({ reason: 'GONE' }) },
    ]);
  else
    await insertEvents(db, [
      { ...common, type: 'CREATED', deploymentId: 'A-1', status: 'RUNNING', rawStatus: 'Running' },
    ]);
  return seq;
}

onEveryStore((bed) => {
  test('a webhook is due while the log has later events, it is enabled and free, its pause is over and its owner is not disabled', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'bob', 'eve']) await insertPerson(db, id, { isDisabled: id === 'eve' });
    const [end] = [await writeEvent(db, 'ada'), await writeEvent(db, 'eve')];
    await insertWebhook(db, webhook('ada', 'due'));
    await insertWebhook(db, webhook('ada', 'at-end', { position: end ?? 0 }));
    await insertWebhook(db, webhook('ada', 'disabled', { isDisabled: 1 }));
    await insertWebhook(db, webhook('ada', 'pausing', { nextTryAt: 1_001 }));
    await insertWebhook(db, webhook('ada', 'held', { leaseUntil: 1_001 }));
    await insertWebhook(db, webhook('bob', 'without-log'));
    await insertWebhook(db, webhook('eve', 'of-disabled'));
    expect(await findDueWebhooks(db, ALL)).toEqual([{ id: 'due', ownerId: 'ada' }]);
  });

  test('an owner with many webhooks leaves room for others', async () => {
    const { db } = bed.store;
    for (const id of ['ada', 'bob']) {
      await insertPerson(db, id);
      await writeEvent(db, id);
    }
    for (let index = 0; index < 20; index += 1) await insertWebhook(db, webhook('ada', `a${index}`));
    await insertWebhook(db, webhook('bob', 'b', { nextTryAt: 900 }));
    const due = await findDueWebhooks(db, { ...ALL, perOwner: 3, limit: 4 });
    expect(due.map(({ ownerId }) => ownerId)).toEqual(['ada', 'ada', 'ada', 'bob']);
  });

  test('of many processes that claim one webhook, one gets it; its writes fail once another one has it', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const end = await writeEvent(db, 'ada');
    await insertWebhook(db, webhook('ada', 'w'));
    const claims = await Promise.all(
      bed.replicas.flatMap((one) => [1, 2].map(() => claimWebhook(one.db, 'w', NOW))),
    );
    const [first, ...more] = claims.filter((one) => one !== undefined);
    if (first === undefined) throw new Error('no process has claimed it');
    expect(more).toEqual([]);
    expect(first).toMatchObject({ fence: 1, leaseUntil: 31_000, position: 0 });

    const later = { now: at(31_000), leaseUntil: at(61_000) };
    expect(await claimWebhook(db, 'w', later)).toMatchObject({ fence: 2 });
    expect(await advanceWebhook(db, first, 0, { position: end, leaseUntil: 1 })).toBeUndefined();
    await releaseWebhook(db, first);
    expect(await findWebhook(db, 'ada', 'w')).toMatchObject({ position: 0, leaseUntil: 61_000 });
  });

  test('a claim after a restore has another fence than one of the lost time', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertWebhook(db, webhook('ada', 'w'));
    const lost = await claimWebhook(db, 'w', { ...NOW, minFence: 1_000_000_000_000 });
    await db.updateTable('webhooks').set({ fence: 0, leaseUntil: 0 }).where('id', '=', 'w').execute();
    const next = await claimWebhook(db, 'w', { ...NOW, minFence: 1_000_000_020_000 });
    if (lost === undefined || next === undefined) throw new Error('not claimed');
    expect(await advanceWebhook(db, lost, 0, { position: 6, leaseUntil: 1 })).toBeUndefined();
    expect(await advanceWebhook(db, next, 0, { position: 5, leaseUntil: 1 })).toMatchObject({ position: 5 });
  });

  test('a position that was changed meanwhile stays; the lease is extended', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertWebhook(db, webhook('ada', 'w', { position: 5 }));
    const claimed = await claimWebhook(db, 'w', NOW);
    if (claimed === undefined) throw new Error('not claimed');
    await db.updateTable('webhooks').set({ position: 2 }).where('id', '=', 'w').execute();
    const row = await advanceWebhook(db, claimed, 5, { position: 6, leaseUntil: 40_000 });
    expect(row).toMatchObject({ position: 2, leaseUntil: 40_000 });
    expect(await advanceWebhook(db, claimed, 2, { position: 6, leaseUntil: 50_000 })).toMatchObject({
      position: 6,
    });
  });

  test('all tables of a log are read as one, in order and in pages that leave nothing out', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const kinds = [
      ...(['owner', 'deployment', 'list', 'list', 'owner', 'list', 'deployment'] as const),
      ...(['deployment', 'owner', 'owner', 'owner', 'list'] as const),
    ];
    const written: number[] = [];
    for (const kind of kinds) written.push(await writeEvent(db, 'ada', kind));
    const read: number[] = [];
    let prunedSeq: number | undefined;
    for (let after = 0; ; ) {
      const page = await readWholeLog(db, 'ada', after, 2);
      if (page.upTo <= after) break;
      read.push(...page.events.map(({ seq }) => seq));
      after = page.upTo;
      ({ prunedSeq } = page);
    }
    expect(read).toEqual(written);
    expect(prunedSeq).toBe(0);
  });

  test('tries are read newest first, removed by age, and deleted with their webhook', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertWebhook(db, webhook('ada', 'w'));
    for (const [index, id] of ['1', '2', '3'].entries())
      await insertDelivery(db, {
        ...{ id, webhookId: 'w', ownerId: 'ada', messageId: 'm', eventSeq: 7, type: 'test' },
        ...{ attemptedAt: index, status: null, durationMs: 1, outcome: 'TIMEOUT' },
      });
    const idsBefore = async (before?: string) =>
      (await readDeliveries(db, 'w', before, 2)).map(({ id }) => id);
    expect([await idsBefore(), await idsBefore('2')]).toEqual([['3', '2'], ['1']]);
    expect(await pruneDeliveries(db, 1, 10)).toBe(1);
    expect(await deleteWebhook(db, 'eve', 'w')).toBe(false);
    expect(await deleteWebhook(db, 'ada', 'w')).toBe(true);
    expect(await idsBefore()).toEqual([]);
  });
});
