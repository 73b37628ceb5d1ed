import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { deployment, insertPerson } from '../../test/support/stores.ts';
import { insertDeployment } from '../store/deployments/deployments.ts';
import { openStore, type Store } from '../store/store.ts';
import { createHousekeeping } from './housekeeping.ts';

const NOW = 1_700_000_000_000;
const TICK_MS = 20_000;

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, 'ada');
});
afterEach(() => store.close());

const count = async (table: 'seenAiTasks' | 'deployments') =>
  (await store.db.selectFrom(table).select('id').execute()).length;

test('a rule that fails: the later ones of the tick run, and it is tried again at the next tick', async () => {
  const clock = createManualClock(NOW);
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  let sealed = 0;
  const housekeeping = createHousekeeping({
    store,
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
    eventRetentionMs: 1_000,
    transcriptRetentionMs: 1_000,
    refreshTokenTtlMs: 1_000,
    sealMoreTranscripts: () => {
      sealed += 1;
      return Promise.resolve({ moved: 0, hasMore: false });
    },
  });
  await insertDeployment(store.db, deployment('ada', 'A-1', { isWatched: 0, isTerminal: 1 }));
  await store.db
    .insertInto('seenAiTasks')
    .values({ ownerId: 'ada', organisation: 'o', id: 't', taskListId: 'l', status: 'PENDING', seenAt: 1 })
    .execute();
  await sql`alter table seen_ai_tasks rename to away`.execute(store.db);

  housekeeping.start();
  await clock.advance(TICK_MS);
  await expect.poll(() => count('deployments')).toBe(0);
  await expect.poll(() => clock.pending()).toBe(1);
  expect([lines, sealed]).toEqual([['a rule of housekeeping failed; retrying at the next tick'], 1]);

  await sql`alter table away rename to seen_ai_tasks`.execute(store.db);
  await clock.advance(TICK_MS);
  await expect.poll(() => count('seenAiTasks')).toBe(0);
  await expect.poll(() => clock.pending()).toBe(1);
  housekeeping.stop();
  expect([lines.length, sealed]).toEqual([1, 2]);
});
