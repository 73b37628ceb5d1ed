import type { Db } from '../store.ts';

/** How long after its last use a network counts as one that the account is used from. */
export const NETWORK_RETENTION_MS = 30 * 86_400_000;

/** A use of an account from a network. */
export interface NetworkUse {
  userId: string;
  /** As `networkOf` writes it. */
  network: string;
  usedAt: number;
}

/** Stores a use of an account from a network, and keeps only the `limit` networks that were used last. */
export async function noteNetwork(db: Db, use: NetworkUse, limit: number): Promise<void> {
  await db
    .insertInto('userNetworks')
    .values(use)
    .onConflict((conflict) => conflict.columns(['userId', 'network']).doUpdateSet({ usedAt: use.usedAt }))
    .execute();
  const kept = db
    .selectFrom('userNetworks')
    .select('network')
    .where('userId', '=', use.userId)
    .orderBy('usedAt', 'desc')
    .orderBy('network')
    .limit(limit);
  await db
    .deleteFrom('userNetworks')
    .where('userId', '=', use.userId)
    .where('network', 'not in', kept)
    .execute();
}

/** When the account of this e-mail was last used from the network; undefined when it never was. */
export async function findNetworkUse(db: Db, email: string, network: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('userNetworks')
    .innerJoin('users', 'users.id', 'userNetworks.userId')
    .select('userNetworks.usedAt')
    .where('users.email', '=', email)
    .where('userNetworks.network', '=', network)
    .executeTakeFirst();
  return row?.usedAt;
}

/** Deletes up to `limit` networks that were last used before `beforeMs`. @returns how many */
export async function pruneNetworks(tx: Db, beforeMs: number, limit: number): Promise<number> {
  const old = await tx
    .selectFrom('userNetworks')
    .select(['userId', 'network'])
    .where('usedAt', '<', beforeMs)
    .orderBy('usedAt')
    .limit(limit)
    .execute();
  for (const { userId, network } of old) {
    await tx
      .deleteFrom('userNetworks')
      .where('userId', '=', userId)
      .where('network', '=', network)
      .where('usedAt', '<', beforeMs)
      .execute();
  }
  return old.length;
}
