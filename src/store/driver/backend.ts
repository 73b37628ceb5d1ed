import type { Dialect, Kysely, RawBuilder, Transaction } from 'kysely';
import type { Schema } from '../schema/index.ts';
import type { MigrateOptions } from './migrate.ts';

/** What differs between the two databases. */
export interface Backend {
  dialect: Dialect;
  /** True where several processes may use the database at the same time. */
  isShared: boolean;
  /** The present time as SQL: see `Store.time`. */
  time(hostNowMs: number, plusMs?: number): RawBuilder<number>;
  /** Brings the tables up to date. Processes that start at the same time run each migration once. */
  migrate(db: Kysely<Schema>, options: MigrateOptions): Promise<void>;
  /** Runs `work` in one transaction, after the earlier ones with the same lock key. */
  transaction<T>(
    db: Kysely<Schema>,
    lockKey: string,
    work: (tx: Transaction<Schema>) => Promise<T>,
  ): Promise<T>;
  /** Ends the connections. What is asked afterwards, by work that outlives the store, is refused. */
  close(db: Kysely<Schema>): Promise<void>;
  /** Checks that the database answers and can be written. @throws StoreUnavailable */
  ping(db: Kysely<Schema>): Promise<void>;
}
