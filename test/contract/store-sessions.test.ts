import { expect, test } from 'vitest';
import { insertSecret, insertServiceAccount } from '../../src/store/identity/service-accounts.ts';
import {
  deleteDeadSessions,
  findLiveSession,
  findRevokedAmong,
  findSessionOfCurrentToken,
  findSessionOfSpentToken,
  insertSession,
  listLiveSessions,
  type NewSession,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from '../../src/store/identity/sessions.ts';
import type { Db } from '../../src/store/store.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

const NOW = 1_700_000_000_000;

function begin(db: Db, id: string, more: Partial<NewSession> = {}): Promise<void> {
  return insertSession(db, {
    id,
    userId: 'ada',
    currentHash: `${id}-1`,
    nowMs: NOW,
    expiresAtMs: NOW + 1_000,
    userAgent: null,
    ...more,
  });
}

function use(db: Db, usedHash: string, nextHash: string, nowMs = NOW + 10) {
  return rotateSession(db, { usedHash, nextHash, nowMs, expiresAtMs: nowMs + 1_000, maxMs: 1_000_000_000 });
}

onEveryStore((bed) => {
  test('a session lives from its sign-in until it expires', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada', { roles: ['admin'] });
    await begin(db, 'phone', { userAgent: 'Phone/1' });
    const live = {
      sessionId: 'phone',
      userId: 'ada',
      email: 'ada@example.com',
      roles: ['admin'],
      rightsRevision: 0,
      expiresAtMs: NOW + 1_000,
    };
    expect(await findLiveSession(db, 'phone', NOW + 999)).toEqual(live);
    expect(await findLiveSession(db, 'phone', NOW + 1_000)).toBeUndefined();
    expect(await findSessionOfCurrentToken(db, 'phone-1', NOW)).toEqual({
      id: 'phone',
      userId: 'ada',
      createdAt: NOW,
      expiresAt: NOW + 1_000,
      revokedAt: null,
      currentHash: 'phone-1',
      parentHash: null,
      rotatedAt: null,
      userAgent: 'Phone/1',
    });
    expect(await findSessionOfCurrentToken(db, 'phone-1', NOW + 1_000)).toBeUndefined();
    expect(await findSessionOfCurrentToken(db, 'phone-2', NOW)).toBeUndefined();
  });

  test('a refresh token works once, and still leads to its session afterwards', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await begin(db, 'phone');
    const rotated = await use(db, 'phone-1', 'phone-2');
    expect(rotated).toMatchObject({ currentHash: 'phone-2', parentHash: 'phone-1', rotatedAt: NOW + 10 });
    expect(rotated).toMatchObject({ expiresAt: NOW + 1_010 });
    expect(await use(db, 'phone-1', 'phone-3')).toBeUndefined();
    expect(await use(db, 'phone-2', 'phone-3')).toMatchObject({ currentHash: 'phone-3' });
    for (const spent of ['phone-1', 'phone-2']) {
      expect(await findSessionOfSpentToken(db, spent)).toMatchObject({ id: 'phone', currentHash: 'phone-3' });
    }
    expect(await findSessionOfSpentToken(db, 'phone-3')).toBeUndefined();
  });

  test('of twenty simultaneous uses of one refresh token exactly one gets the session', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await begin(db, 'phone');
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const replica = bed.replicas[index % bed.replicas.length]!;
        // A subject of its own for each, so that the statement alone decides.
        return replica.transaction(`use-${index}`, (tx) => use(tx, 'phone-1', `next-${index}`));
      }),
    );
    const won = uses.filter((session) => session !== undefined);
    expect(won).toHaveLength(1);
    expect(await findSessionOfCurrentToken(db, won[0]!.currentHash, NOW)).toEqual(won[0]);
  });

  test('a revoked or expired session is not rotated', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await begin(db, 'revoked');
    await begin(db, 'expired');
    expect(await revokeSession(db, 'revoked', NOW + 5)).toMatchObject({ id: 'revoked', revokedAt: NOW + 5 });
    expect(await revokeSession(db, 'revoked', NOW + 6)).toBeUndefined();
    expect(await use(db, 'revoked-1', 'revoked-2')).toBeUndefined();
    expect(await use(db, 'expired-1', 'expired-2', NOW + 1_000)).toBeUndefined();
    expect(await findLiveSession(db, 'revoked', NOW)).toBeUndefined();
  });

  test('live sessions are listed newest first, and revoked together except one', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    await insertPerson(db, 'grace');
    await begin(db, 'old');
    await begin(db, 'new', { nowMs: NOW + 2 });
    await begin(db, 'over', { expiresAtMs: NOW });
    await begin(db, 'hers', { userId: 'grace' });
    const live = async (userId: string) => (await listLiveSessions(db, userId, NOW)).map(({ id }) => id);
    expect(await live('ada')).toEqual(['new', 'old']);

    const ended = await revokeSessionsOf(db, 'ada', NOW, 'new');
    expect(ended.map(({ id }) => id).sort()).toEqual(['old', 'over']);
    expect(await live('ada')).toEqual(['new']);
    expect(await revokeSessionsOf(db, 'ada', NOW)).toMatchObject([{ id: 'new', revokedAt: NOW }]);
    expect(await live('ada')).toEqual([]);
    expect(await live('grace')).toEqual(['hers']);
  });

  test('of many ids those are returned that name no live session and no secret', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    for (const id of ['alive', 'revoked', 'other']) await begin(db, id);
    await begin(db, 'expired', { expiresAtMs: NOW + 1 });
    await revokeSession(db, 'revoked', NOW);
    await insertServiceAccount(db, {
      ...{ id: 'robot', name: 'robot', scopes: [] },
      ...{ createdAtMs: NOW, createdBy: null },
    });
    const secret = { serviceId: 'robot', createdAtMs: NOW, lastUsedAtMs: null, expiresAtMs: null };
    await insertSecret(db, { ...secret, id: 'secret', hash: 'hash' });

    const asked = ['alive', 'revoked', 'expired', 'secret', 'unknown'];
    expect(await findRevokedAmong(db, asked, NOW + 1)).toEqual(['revoked', 'expired', 'unknown']);
    expect(await findRevokedAmong(db, [], NOW)).toEqual([]);
    const crowd = Array.from({ length: 25_000 }, (_, index) =>
      index === 20_000 ? 'alive' : `gone-${index}`,
    );
    expect(await findRevokedAmong(db, crowd, NOW)).toHaveLength(24_999);
  });

  test('ended sessions are pruned with their spent tokens; live ones stay', async () => {
    const { db } = bed.store;
    await insertPerson(db, 'ada');
    for (const id of ['revoked', 'expired', 'alive']) {
      await begin(db, id);
      await use(db, `${id}-1`, `${id}-2`, id === 'alive' ? NOW + 500 : NOW);
    }
    await revokeSession(db, 'revoked', NOW);
    await deleteDeadSessions(db, 'ada', NOW + 1_000);
    expect(await findSessionOfSpentToken(db, 'revoked-1')).toBeUndefined();
    expect(await findSessionOfSpentToken(db, 'expired-1')).toBeUndefined();
    expect(await findSessionOfSpentToken(db, 'alive-1')).toMatchObject({ id: 'alive' });
  });
});
