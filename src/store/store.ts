import { CamelCasePlugin, Kysely, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

/** What every query function takes first: the store, or a transaction of it. */
export type Db = Kysely<Schema> | Transaction<Schema>;

/** The opened store. */
export interface Store {
  db: Kysely<Schema>;
  /**
   * Runs `work` in one transaction: all of it is kept, or nothing. Transactions of one subject, usually an owner's
   * id, run one after the other, so that what `work` has read still holds when it writes.
   */
  transaction<T>(subject: string, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the embedded store and brings its tables up to date.
 * @param path file, created with mode 0600 in a folder of mode 0700, or `:memory:`
 */
export const openStore = async (path: string): Promise<Store> => {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(path), plugins: [new CamelCasePlugin()] });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error('The store could not be migrated', { cause: error });
  return {
    db,
    // SQLite has one writer: all transactions run one after the other.
    transaction: (_subject, work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
};
