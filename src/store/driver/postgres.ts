import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Backend } from './backend.ts';
import { binaryOrder } from './collation.ts';
import { openPool } from './postgres-pool.ts';
import { createTransactionQueue } from './transaction-queue.ts';

/** How a process uses PostgreSQL. */
export interface PostgresOptions {
  /** Maximum number of connections. @default 10 */
  poolSize?: number;
  /**
   * Whose time `Store.time` is. The gateway always uses that of the database; `host` lets a test choose times itself.
   * @default 'database'
   */
  timeOf?: 'database' | 'host';
}

/**
 * How long a transaction waits for its lock, in this process and again in the database. Shorter than
 * `statement_timeout`, so that the error names the lock as the reason.
 */
const LOCK_WAIT_MS = 4_000;

/**
 * Timeouts in milliseconds after which an unreachable or stuck PostgreSQL becomes an error. Every query of the store
 * uses an index and a limit and takes a few milliseconds.
 */
const LIMITS = {
  /** For opening a connection, or for waiting until one of the pool is free. */
  connectionTimeoutMillis: 2_000,
  lock_timeout: LOCK_WAIT_MS,
  statement_timeout: 5_000,
  /** Bounds how long a replica that died in a transaction keeps its lock. */
  idle_in_transaction_session_timeout: 5_000,
  /** The client's own timeout, for a server that does not answer at all. */
  query_timeout: 6_000,
};

/** True for a URL that `postgres` can open. */
export function isPostgresUrl(target: string): boolean {
  return /^postgres(ql)?:\/\//.test(target);
}

/** The backend that several replicas can share. */
export function postgres(url: string, { poolSize = 10, timeOf = 'database' }: PostgresOptions): Backend {
  const enqueue = createTransactionQueue(LOCK_WAIT_MS);
  return {
    dialect: dialectOf(url, { ...LIMITS, max: poolSize }),
    isShared: true,
    time: (hostNowMs) =>
      timeOf === 'host'
        ? sql<number>`${hostNowMs}::bigint`
        : sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,

    // Without statement timeouts: Kysely waits for an advisory lock, and creating an index may take long.
    async migrate() {
      const limits = { connectionTimeoutMillis: LIMITS.connectionTimeoutMillis, max: 1 };
      const db = new Kysely({ dialect: dialectOf(url, limits), plugins: [binaryOrder] });
      try {
        await migrate(db);
      } finally {
        await db.destroy();
      }
    },

    transaction: (db, lockKey, work) =>
      enqueue(lockKey, () =>
        db
          .transaction()
          // So that the statements after the lock see what its last holder committed.
          .setIsolationLevel('read committed')
          .execute(async (tx) => {
            // Taken before any row lock, and only one per transaction, so that transactions cannot deadlock on it.
            await sql`select pg_advisory_xact_lock(${advisoryLockOf(lockKey)}::bigint)`.execute(tx);
            return work(tx);
          }),
      ),
  };
}

function dialectOf(url: string, limits: Parameters<typeof openPool>[1]): PostgresDialect {
  return new PostgresDialect({ pool: async () => openPool(url, limits) });
}

/** The number of the advisory lock. Two keys with the same number only wait for each other. */
function advisoryLockOf(lockKey: string): string {
  return createHash('sha256').update(lockKey).digest().readBigInt64BE().toString();
}
