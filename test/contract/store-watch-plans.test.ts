import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { expect, test } from 'vitest';
import { findDueQueues } from '../../src/store/coordination/claims.ts';
import { nextDueAtMs } from '../../src/store/coordination/watches.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { Db, Store } from '../../src/store/store.ts';
import { credential, insertPerson, onEveryStore } from '../support/stores.ts';

const NOW = 1_700_000_000_000;
const WATCHES = 5_000;

/** One credential with so many watches that PostgreSQL uses an index where there is one; they are due later. */
async function fill({ db, transaction }: Store): Promise<void> {
  await insertPerson(db, 'ada');
  await insertCredential(db, credential('ada', 'c1'));
  await transaction('ada', async (tx) => {
    for (let first = 0; first < WATCHES; first += 500)
      await tx
        .insertInto('watches')
        .values(
          Array.from({ length: 500 }, (_, index) => ({
            ...{
              kind: 'DEPLOYMENTS' as const,
              credentialId: 'c1',
              scope: `o${first + index}`,
              ownerId: 'ada',
            },
            ...{ nextLookAt: NOW + 1_000 + first + index, pauseMs: 100, failures: 0, degradedReason: null },
            ...{ wantedUntil: 0, leaseUntil: 0, fence: 0 },
          })),
        )
        .execute();
  });
  await sql`analyze`.execute(db);
}

/** How the database carries out each statement of `work`, as one text. */
async function plansOf(
  { db, isShared: isPostgres }: Store,
  work: (db: Db) => Promise<unknown>,
): Promise<string[]> {
  const nodes: RootOperationNode[] = [];
  const collector: KyselyPlugin = {
    transformQuery({ node }) {
      nodes.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await work(db.withPlugin(collector));
  const explain = isPostgres ? 'explain' : 'explain query plan';
  return Promise.all(
    nodes.map(async (node) => {
      const query = db.getExecutor().compileQuery(node, { queryId: 'plan' });
      const { rows } = await db.executeQuery({ ...query, sql: `${explain} ${query.sql}` });
      return JSON.stringify(rows);
    }),
  );
}

onEveryStore((bed) => {
  test('what each replica asks many times a second, with many watches: none of it reads all of them', async () => {
    await fill(bed.store);
    const plans = await plansOf(bed.store, async (db) => {
      await findDueQueues(db, { now: NOW, leaseUntil: NOW + 10, farthest: NOW + 60_000 });
      expect(await nextDueAtMs(db)).toBe(NOW + 1_000);
      expect(await nextDueAtMs(db, NOW)).toBe(NOW + 1_000);
    });
    expect(plans.length).toBeGreaterThan(4);
    for (const plan of plans)
      expect(plan).not.toMatch(/Seq Scan on watches|(?:SCAN|SEARCH) watches(?! USING (?:COVERING )?INDEX)/);
  });
});
