import { expect, test } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { findDeployment, insertDeployment } from '../../src/store/deployments/deployments.ts';
import { pruneMessages, upsertMessage } from '../../src/store/deployments/messages.ts';
import {
  insertSession,
  pruneSessions,
  revokeSession,
  rotateSession,
} from '../../src/store/identity/sessions.ts';
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
    await rotateSession(db, { usedHash: 'expired', nextHash: 'next', nowMs: 2, expiresAtMs: 5 });
    await rotateSession(db, { usedHash: 'live', nextHash: 'later', nowMs: 2, expiresAtMs: 99 });
    await revokeSession(db, 'revoked', 3);
    const step = () => bed.store.transaction('housekeeping', (tx) => pruneSessions(tx, 6, 9));
    expect(await step()).toBe(2);
    expect(await step()).toBe(0);
    expect(await db.selectFrom('sessions').select('id').execute()).toEqual([{ id: 'live' }]);
    expect(await db.selectFrom('spentTokens').select('sessionId').execute()).toEqual([{ sessionId: 'live' }]);
  });
});
