import { CamelCasePlugin, Kysely, type RawBuilder, type Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Logger } from '../lib/logger.ts';
import type { Backend } from './driver/backend.ts';
import { createOutage } from './driver/outage.ts';
import type { PostgresOptions } from './driver/postgres.ts';
import { sqlite } from './driver/sqlite.ts';
import { type OnStatement, reportStatements } from './driver/statement-names.ts';
import type { Schema } from './schema/index.ts';

/** The first parameter of every query function: the store or a transaction. */
export type Db = Kysely<Schema> | Transaction<Schema>;

/** Every call may throw `StoreUnavailable`. */
export interface Store {
  db: Kysely<Schema>;
  /** True when other processes may use the same database. */
  isShared: boolean;
  /**
   * The present time as SQL, in milliseconds since the epoch, for everything that replicas compare: holds, leases, due
   * times. On PostgreSQL it is the time of the database, so no replica's clock matters. The embedded store has one
   * process, whose time it is.
   * @param hostNowMs the time of this process: `Clock.evenMs`
   * @param plusMs gives a time so long after the present one. @default 0
   */
  time(hostNowMs: number, plusMs?: number): RawBuilder<number>;
  /**
   * Runs `work` in one transaction. Transactions with the same lock key (usually the owner's id) run one after the
   * other, across all replicas, so that what `work` has read is still true when it writes. `work` uses only `tx` and
   * starts no other transaction.
   */
  transaction<T>(lockKey: string, work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer or cannot be written. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The options of PostgreSQL mean nothing to the embedded store. */
export interface StoreOptions extends PostgresOptions {
  /** Gets the beginning and the end of each outage, and a warning when the schema is newer than this program. */
  logger?: Logger;
  /** The migrations that this program knows. @default all */
  migrations?: Record<string, Migration>;
  /** Gets each statement that was executed, by a name that is one of few, and how long it took. */
  onStatement?: OnStatement;
  /** False leaves the tables as they are, which may be those of another version. @default true */
  migrates?: boolean;
}

/** The present time of the store in milliseconds since the epoch: see `Store.time`. */
export async function readTimeMs(
  { db, time }: { db: Db; time: Store['time'] },
  hostNowMs: number,
): Promise<number> {
  const { nowMs } = await db.selectNoFrom(time(hostNowMs).as('nowMs')).executeTakeFirstOrThrow();
  return Number(nowMs);
}

/**
 * Opens the store and brings its tables up to date, unless the options say otherwise.
 * @param target URL of a PostgreSQL database (`postgres://…`), which several processes may share; or the path of
 *   the embedded store's file, created with mode 0600 in a folder of mode 0700; or `:memory:`
 */
export async function openStore(
  target: string,
  { logger, migrations, migrates = true, onStatement, ...options }: StoreOptions = {},
): Promise<Store> {
  const backend = await openBackend(target, options, logger);
  const db = new Kysely<Schema>({
    dialect: backend.dialect,
    plugins: [new CamelCasePlugin()],
    ...(onStatement && { log: reportStatements(onStatement) }),
  });
  if (migrates) await backend.migrate(db, { migrations, logger });
  return {
    db,
    isShared: backend.isShared,
    time: backend.time,
    transaction: (lockKey, work) => backend.transaction(db, lockKey, work),
    ping: () => backend.ping(db),
    close: () => backend.close(db),
  };
}

/** The driver of PostgreSQL is loaded only where it is used. */
async function openBackend(target: string, options: PostgresOptions, logger?: Logger): Promise<Backend> {
  if (!/^postgres(ql)?:\/\//.test(target)) return sqlite(target, createOutage('SQLite file', logger));
  const { postgres } = await import('./driver/postgres.ts');
  return postgres(target, options, createOutage('PostgreSQL', logger));
}
