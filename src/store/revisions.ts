import { type RawBuilder, sql } from 'kysely';
import type { Db } from './store.ts';

/** The tables whose rows are observations. */
type ObservedTable = 'deployments' | 'aiTasks';

/**
 * The revision of the next observation that is stored of an owner: greater than every earlier one, because transactions of
 * one owner run one after the other.
 */
export function nextRevision(table: ObservedTable, ownerId: string): RawBuilder<number> {
  return sql<number>`(select coalesce(max(revision), 0) + 1 from ${sql.table(table)} where owner_id = ${ownerId})`;
}

/** The newest revision of an owner's observations; 0 when there is none. */
export async function newestRevision(db: Db, table: ObservedTable, ownerId: string): Promise<number> {
  const { revision } = await db
    .selectFrom(table)
    .select((max) => max.fn.max('revision').as('revision'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return Number(revision ?? 0);
}
