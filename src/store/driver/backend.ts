import type { Dialect, Kysely, Transaction } from 'kysely';
import type { Schema } from '../schema/index.ts';

/** All that differs between the databases: how to reach one, make its tables, and take turns in it. */
export interface Backend {
  dialect: Dialect;
  /** True where several processes may write at the same time. */
  isShared: boolean;
  /** Brings the tables up to date, once however many processes start at the same time. */
  migrate(db: Kysely<Schema>): Promise<void>;
  /** Runs `work` in one transaction, after those of the same subject that came before it. */
  transaction<T>(
    db: Kysely<Schema>,
    subject: string,
    work: (tx: Transaction<Schema>) => Promise<T>,
  ): Promise<T>;
}
