import type { UpstreamDriftRow } from './schema/index.ts';
import type { Db } from './store.ts';

/** The number of rows that are kept; a later one takes the place of the row that was seen longest ago. */
export const MAX_DRIFT_ROWS = 1_000;

type DriftKey = Pick<UpstreamDriftRow, 'provider' | 'operation' | 'path' | 'kind'>;

/** Rows of one statement. */
const BATCH_SIZE = 100;

const KEY = ['provider', 'operation', 'path', 'kind'] as const;

/** The key of a row as text. */
export function toDriftKey({ provider, operation, path, kind }: DriftKey): string {
  return JSON.stringify([provider, operation, path, kind]);
}

/** All rows, the last seen first. */
export function readDrift(db: Db): Promise<UpstreamDriftRow[]> {
  return db
    .selectFrom('upstreamDrift')
    .selectAll()
    .orderBy('lastSeenAt', 'desc')
    .orderBy('provider')
    .orderBy('operation')
    .orderBy('path')
    .orderBy('kind')
    .limit(MAX_DRIFT_ROWS)
    .execute();
}

/**
 * Adds counts to the rows, whichever replica they come from: `count` grows by that of `seen`, and both times stay the
 * outermost. Runs in a transaction under one lock key for all replicas.
 * @param seen each key once
 * @returns those that were not stored before and are now
 */
export async function addDrift(tx: Db, seen: readonly UpstreamDriftRow[]): Promise<UpstreamDriftRow[]> {
  const stored = new Set((await readDrift(tx)).map(toDriftKey));
  for (let at = 0; at < seen.length; at += BATCH_SIZE) await addBatch(tx, seen.slice(at, at + BATCH_SIZE));
  await deleteBeyondLimit(tx);
  const kept = new Set((await readDrift(tx)).map(toDriftKey));
  return seen.filter((row) => !stored.has(toDriftKey(row)) && kept.has(toDriftKey(row)));
}

async function addBatch(tx: Db, rows: readonly UpstreamDriftRow[]): Promise<void> {
  await tx
    .insertInto('upstreamDrift')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns([...KEY]).doUpdateSet((set) => ({
        count: set('upstreamDrift.count', '+', set.ref('excluded.count')),
        firstSeenAt: set
          .case()
          .when('upstreamDrift.firstSeenAt', '>', set.ref('excluded.firstSeenAt'))
          .then(set.ref('excluded.firstSeenAt'))
          .else(set.ref('upstreamDrift.firstSeenAt'))
          .end(),
        lastSeenAt: set
          .case()
          .when('upstreamDrift.lastSeenAt', '<', set.ref('excluded.lastSeenAt'))
          .then(set.ref('excluded.lastSeenAt'))
          .else(set.ref('upstreamDrift.lastSeenAt'))
          .end(),
      })),
    )
    .execute();
}

/** Deletes the rows that were seen longest ago, so that the limit holds. */
async function deleteBeyondLimit(tx: Db): Promise<void> {
  const beyond = await tx
    .selectFrom('upstreamDrift')
    .select(KEY)
    .orderBy('lastSeenAt', 'desc')
    .orderBy('provider')
    .orderBy('operation')
    .orderBy('path')
    .orderBy('kind')
    // SQLite knows no offset without a limit.
    .limit(MAX_DRIFT_ROWS)
    .offset(MAX_DRIFT_ROWS)
    .execute();
  for (const key of beyond) {
    await tx
      .deleteFrom('upstreamDrift')
      .where((row) => row.and(key))
      .execute();
  }
}
