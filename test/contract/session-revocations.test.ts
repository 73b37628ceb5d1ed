import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionRevocations } from '../../src/auth/session-revocations.ts';
import { createSharedSessionRevocations } from '../../src/auth/shared-session-revocations.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createChannel } from '../../src/redis/channel.ts';
import { findRevokedAmong, insertSession, revokeSession } from '../../src/store/identity/sessions.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { isRedisMissing, type TemporaryRedis, temporaryRedis } from '../support/redis.ts';
import { insertPerson } from '../support/stores.ts';

const NOW = 1_700_000_000_000;

/** Endings as they arrive. */
function listenTo(endings: SessionRevocations) {
  const received: string[] = [];
  endings.onRevoked(({ sessionId }) => received.push(sessionId));
  return received;
}

describe.skipIf(isRedisMissing)('session revocations over Redis', () => {
  let server: TemporaryRedis;
  let store: Store;
  let replicas: SessionRevocations[] = [];
  /** What the store was asked for. */
  let asked: (readonly string[])[] = [];

  beforeEach(async () => {
    server = await temporaryRedis();
    store = await openStore(':memory:');
    await insertPerson(store.db, 'ada');
    asked = [];
    const logger = createLogger({ level: 'silent' });
    const connections = [await server.connect(), await server.connect()];
    replicas = connections.map((redis) =>
      createSharedSessionRevocations({
        channel: createChannel(redis, 'endings', systemRandom),
        findRevoked: async (ids) => {
          asked.push(ids);
          return findRevokedAmong(store.db, ids, NOW);
        },
        logger,
      }),
    );
    for (const redis of connections) await expect.poll(() => redis.check().then(() => true)).toBe(true);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await store.close();
  });

  const begin = (id: string): Promise<void> =>
    insertSession(store.db, {
      id,
      userId: 'ada',
      currentHash: id,
      nowMs: NOW,
      expiresAtMs: NOW + 1,
      userAgent: null,
    });

  /** Resolves when all earlier messages are processed, because a message sent last is. */
  const settle = async (to = replicas[1]): Promise<void> => {
    const sentinel = systemRandom.uuid();
    const received = listenTo(to as SessionRevocations);
    await server.forge('endings', `${systemRandom.uuid()} ${sentinel}`);
    await expect.poll(() => received, { timeout: 10_000 }).toContain(sentinel);
  };

  test('a revocation reaches each replica once, after the store confirms it', async () => {
    const received = replicas.map(listenTo);
    await begin('phone');
    await revokeSession(store.db, 'phone', NOW);
    replicas[0]?.announce({ sessionId: 'phone', userId: 'ada' });
    expect(received[0]).toEqual(['phone']);
    await expect.poll(() => received[1], { timeout: 10_000 }).toEqual(['phone']);
    await settle(replicas[0]);
    expect(received[0]?.filter((id) => id === 'phone')).toHaveLength(1);
  });

  test('a forged revocation message ends no session', async () => {
    const received = replicas.map(listenTo);
    await begin('phone');
    await server.forge('endings', `${systemRandom.uuid()} phone`);
    await settle();
    await settle(replicas[0]);
    for (const ids of received) expect(ids).not.toContain('phone');
  });

  test('an invalid session id causes no query', async () => {
    for (const text of ['', ' ', 'a b', "' or 1=1", 'x'.repeat(65), '["phone"]', 'é', '\n']) {
      await server.forge('endings', `${systemRandom.uuid()} ${text}`);
      await server.forge('endings', text);
    }
    await settle();
    expect(new Set(asked.flat()).size).toBe(1);
  });
});
