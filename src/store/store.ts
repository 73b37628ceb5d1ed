import { CamelCasePlugin, Kysely, sql, type Transaction } from 'kysely';
import { isPostgresUrl, type PostgresOptions, postgres } from './driver/postgres.ts';
import { sqlite } from './driver/sqlite.ts';
import type { Schema } from './schema/index.ts';

/** What every query function takes first: the store, or a transaction of it. */
export type Db = Kysely<Schema> | Transaction<Schema>;

/** The opened store. On PostgreSQL each of its calls may throw `StoreUnavailable`. */
export interface Store {
  db: Kysely<Schema>;
  /** True where other processes may work on it too. */
  isShared: boolean;
  /**
   * Runs `work` once in one transaction: all of it is kept, or nothing. Transactions of one subject, usually an
   * owner's id, run one after the other, on whichever replica, so that what `work` has read still holds when it
   * writes. `work` uses only `tx` and starts no other transaction.
   */
  transaction<T>(subject: string, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Throws unless the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store and brings its tables up to date.
 * @param target URL of a PostgreSQL database (`postgres://…`), which any number of processes may share; or path of
 *   the embedded store's file, created with mode 0600 in a folder of mode 0700; or `:memory:`
 * @param options used for PostgreSQL only
 */
export async function openStore(target: string, options: PostgresOptions = {}): Promise<Store> {
  const backend = isPostgresUrl(target) ? postgres(target, options) : sqlite(target);
  const db = new Kysely<Schema>({ dialect: backend.dialect, plugins: [new CamelCasePlugin()] });
  await backend.migrate(db);
  return {
    db,
    isShared: backend.isShared,
    transaction: (subject, work) => backend.transaction(db, subject, work),
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
