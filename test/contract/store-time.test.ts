import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { isPostgresMissing, temporaryDatabase } from '../support/postgres.ts';

/** A host's clock that is an hour ahead. */
const AHEAD_MS = 3_600_000;

async function readTime(store: Store, hostNowMs: number): Promise<number> {
  const { now } = await store.db.selectNoFrom(store.time(hostNowMs).as('now')).executeTakeFirstOrThrow();
  return Number(now);
}

test('the time of the embedded store is that of its process', async () => {
  const store = await openStore(':memory:');
  expect(await readTime(store, 12_345)).toBe(12_345);
  await store.close();
});

describe.skipIf(isPostgresMissing)('PostgreSQL', () => {
  test('the time is that of the database, whatever the clock of the host says', async () => {
    await using database = await temporaryDatabase();
    const store = await openStore(database.url);
    const { now } = await store.db.selectNoFrom(sql<string>`now()`.as('now')).executeTakeFirstOrThrow();
    const databaseNowMs = new Date(now).getTime();

    const timeMs = await readTime(store, Date.now() + AHEAD_MS);

    expect(Math.abs(timeMs - databaseNowMs)).toBeLessThan(AHEAD_MS / 2);
    await store.close();
  });
});
