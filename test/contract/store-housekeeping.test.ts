import { beforeEach, describe, expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { findDeployment, insertDeployment } from '../../src/store/deployments/deployments.ts';
import { pruneMessages, upsertMessage } from '../../src/store/deployments/messages.ts';
import { pruneDeployments } from '../../src/store/deployments/old-deployments.ts';
import { upsertTranscript } from '../../src/store/deployments/transcripts.ts';
import {
  findSessionOfSpentToken,
  insertSession,
  pruneSessions,
  pruneSpentTokens,
  revokeSession,
  rotateSession,
} from '../../src/store/identity/sessions.ts';
import type { DeploymentRow, IntentRow } from '../../src/store/schema/index.ts';
import type { Db } from '../../src/store/store.ts';
import { deployment, insertPerson, onEveryStore } from '../support/stores.ts';

onEveryStore((bed) => {
  test('messages go from deployments that are not polled and were read long ago, and are then unread', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const rows = [
      deployment('ada', 'A-old', { isWatched: 0, messagesReadAt: 4 }),
      deployment('ada', 'A-older', { isWatched: 0, messagesReadAt: 3 }),
      deployment('ada', 'A-recent', { isWatched: 0, messagesReadAt: 5 }),
      deployment('ada', 'A-polled', { isWatched: 1, messagesReadAt: 1 }),
    ];
    for (const row of rows) {
      await insertDeployment(db, row);
      await upsertMessage(db, {
        ownerId: 'ada',
        deploymentId: row.id,
        position: 0,
        revision: 1,
        body: toJson({ index: 0 }),
      });
    }
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneMessages(tx, 5, 1));
    const left = async () =>
      (await db.selectFrom('messages').select('deploymentId').orderBy('deploymentId').execute()).map(
        ({ deploymentId }) => deploymentId,
      );
    expect([await step(), await left()]).toEqual([1, ['A-old', 'A-polled', 'A-recent']]);
    expect([await step(), await left()]).toEqual([1, ['A-polled', 'A-recent']]);
    expect(await step()).toBe(0);
    expect(await findDeployment(db, 'ada', 'A-old')).toMatchObject({ messagesReadAt: 0 });
  });

  describe('deployments', () => {
    const ENDED = { isWatched: 0, isTerminal: 1, status: 'COMPLETED' } as const;
    const step = (limit = 9) => bed.store.transaction('housekeeping', (tx) => pruneDeployments(tx, 5, limit));
    const left = async () => (await bed.store.db.selectFrom('deployments').select('id').execute()).length;
    beforeEach(() => insertPerson(bed.store.db, 'ada'));

    test('that ended or were deleted long ago go in batches, with their messages, of every owner', async () => {
      const { db } = bed.store;
      await insertPerson(db, 'bob');
      await insertDeployment(db, deployment('ada', 'A-1', ENDED));
      await insertDeployment(db, deployment('ada', 'A-2', { isWatched: 0, isDeleted: 1 }));
      await insertDeployment(db, deployment('bob', 'A-1', ENDED));
      await upsertMessage(db, {
        ownerId: 'ada',
        deploymentId: 'A-1',
        position: 0,
        revision: 1,
        body: toJson({ index: 0 }),
      });
      expect([await step(2), await step(2), await step(2)]).toEqual([2, 1, 0]);
      expect(await left()).toBe(0);
      expect(await db.selectFrom('messages').selectAll().execute()).toEqual([]);
    });

    test.each<[string, Partial<DeploymentRow>]>([
      ['goes on', { isTerminal: 0 }],
      ['is watched', { isWatched: 1 }],
      ['was observed since', { observedAt: 5 }],
      ['has settled since', { settleAt: 5 }],
      ['had its conversation read since', { messagesReadAt: 5 }],
      ['was followed since', { messagesWantedUntil: 5 }],
    ])('one that %s stays', async (_, kept) => {
      await insertDeployment(bed.store.db, deployment('ada', 'A-1', { ...ENDED, ...kept }));
      expect([await step(), await left()]).toEqual([0, 1]);
    });

    const intent = (more: Partial<IntentRow>) => (db: Db) =>
      db
        .insertInto('intents')
        .values({
          ...{ ownerId: 'ada', operation: 'promptDeployment', key: 'k', fingerprint: 'f', createdAt: 1 },
          ...{ result: null, heldUntil: 0, fence: 0, turnKey: 't', credentialId: 'c', request: null },
          ...{ sentAt: 1, outcomeId: null, isRecorded: 0, isKeyed: 1, ...more },
        })
        .execute();

    test.each<[string, (db: Db) => Promise<unknown>]>([
      [
        'an event',
        (db) =>
          db
            .insertInto('events')
            .values({
              ...{ ownerId: 'ada', seq: 1, type: 'CREATED', deploymentId: 'A-1', taskId: null },
              ...{
                status: 'RUNNING',
                previousStatus: null,
                rawStatus: 'Running',
                reason: null,
                occurredAt: 1,
              },
            })
            .execute(),
      ],
      [
        'a transcript',
        (db) =>
          upsertTranscript(db, {
            ...{ ownerId: 'ada', deploymentId: 'A-1', thread: '', credentialId: 'c', kid: 'k' },
            ...{ wrappedKey: '{}', body: '', readAt: 1, keptFrom: 1 },
          }),
      ],
      [
        'a run',
        (db) =>
          db
            .insertInto('aiTaskRuns')
            .values({
              ...{ ownerId: 'ada', id: 'r', credentialId: null, agentCredentialId: 'c', organisation: 'o' },
              ...{ aiTaskId: 'x', taskListId: null, listRunId: null, taskId: null, state: 'COMPLETED' },
              ...{ deploymentId: 'A-1', guard: null, progressMessage: null, reason: null },
              ...{ createdAt: 1, endedAt: 1 },
            })
            .execute(),
      ],
      ['the outcome of an intent', intent({ operation: 'deployTask', outcomeId: 'A-1' })],
      ['the request of an open prompt', intent({ request: '{"deploymentId":"A-1","textHash":"h"}' })],
      ['the answer to an idempotency key', intent({ result: '"A-1"' })],
    ])('one that %s refers to stays, and others go', async (_, refer) => {
      await insertDeployment(bed.store.db, deployment('ada', 'A-1', ENDED));
      await insertDeployment(bed.store.db, deployment('ada', 'A-12', ENDED));
      await refer(bed.store.db);
      expect([await step(), await left()]).toEqual([1, 1]);
    });
  });

  test('sessions that ended long ago go with their spent tokens; live ones stay', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    for (const [id, expiresAtMs] of [
      ['expired', 5],
      ['revoked', 99],
      ['live', 99],
    ] as const) {
      await insertSession(db, { id, userId: 'ada', currentHash: id, nowMs: 1, expiresAtMs, userAgent: null });
    }
    await rotateSession(db, {
      usedHash: 'expired',
      nextHash: 'next',
      nowMs: 2,
      expiresAtMs: 5,
      maxMs: 1_000_000_000,
    });
    await rotateSession(db, {
      usedHash: 'live',
      nextHash: 'later',
      nowMs: 2,
      expiresAtMs: 99,
      maxMs: 1_000_000_000,
    });
    await revokeSession(db, 'revoked', 3);
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneSessions(tx, 6, 9));
    expect(await step()).toBe(2);
    expect(await step()).toBe(0);
    expect(await db.selectFrom('sessions').select('id').execute()).toEqual([{ id: 'live' }]);
    expect(await db.selectFrom('spentTokens').select('sessionId').execute()).toEqual([{ sessionId: 'live' }]);
  });

  test('tokens that were spent long ago go from a session that lives; later ones still name it', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    const session = { id: 's', userId: 'ada', currentHash: 't1', nowMs: 1, expiresAtMs: 99, userAgent: null };
    await insertSession(db, session);
    for (const n of [1, 2, 3, 4]) {
      await rotateSession(db, {
        usedHash: `t${n}`,
        nextHash: `t${n + 1}`,
        nowMs: n,
        expiresAtMs: 99,
        maxMs: 1_000_000_000,
      });
    }
    // As a version writes it that does not know the column.
    await db.insertInto('spentTokens').values({ hash: 'older', sessionId: 's', spentAt: null }).execute();
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneSpentTokens(tx, 4, 2));
    expect([await step(), await step(), await step()]).toEqual([2, 1, 0]);
    const found = async (hash: string) => (await findSessionOfSpentToken(db, hash))?.id;
    expect(await Promise.all(['t1', 't2', 't3', 't4', 'older'].map(found))).toEqual([
      ...[undefined, undefined, undefined],
      ...['s', 's'],
    ]);
  });
});
