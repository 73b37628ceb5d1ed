import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { migrate } from '../migrations/migrate.ts';
import type { Backend } from './backend.ts';
import { binaryOrder } from './collation.ts';
import { openPool } from './postgres-pool.ts';
import { createTransactionQueue } from './transaction-queue.ts';

/** How a process uses PostgreSQL. */
export interface PostgresOptions {
  /** Connections at most. @default 10 */
  poolSize?: number;
}

/**
 * How long a transaction waits for the lock of its subject, in this process and again in the database. Shorter than
 * `statement_timeout`, so that the error says what was waited for.
 */
const LOCK_WAIT_MS = 4_000;

/**
 * Limits in milliseconds within which a PostgreSQL that is gone or stuck becomes an error. Every query here has an
 * index and a limit and takes a few milliseconds.
 */
const LIMITS = {
  /** For a new connection, or for one of the pool to become free. */
  connectionTimeoutMillis: 2_000,
  lock_timeout: LOCK_WAIT_MS,
  statement_timeout: 5_000,
  /** A replica that vanished in the middle of a transaction holds its lock no longer than this. */
  idle_in_transaction_session_timeout: 5_000,
  /** The client's own limit, for a server that says nothing at all. */
  query_timeout: 6_000,
};

/** True for what `postgres` opens. */
export function isPostgresUrl(target: string): boolean {
  return /^postgres(ql)?:\/\//.test(target);
}

/** The store that several replicas share. */
export function postgres(url: string, { poolSize = 10 }: PostgresOptions): Backend {
  const turns = createTransactionQueue(LOCK_WAIT_MS);
  return {
    dialect: dialectOf(url, { ...LIMITS, max: poolSize }),
    isShared: true,

    // Kysely holds an advisory lock while it migrates. Waiting for it, and making an index, may take long.
    async migrate() {
      const limits = { connectionTimeoutMillis: LIMITS.connectionTimeoutMillis, max: 1 };
      const db = new Kysely({ dialect: dialectOf(url, limits), plugins: [binaryOrder] });
      try {
        await migrate(db);
      } finally {
        await db.destroy();
      }
    },

    transaction: (db, subject, work) =>
      turns(subject, () =>
        db
          .transaction()
          // The statements after the lock see everything its last holder has committed.
          .setIsolationLevel('read committed')
          .execute(async (tx) => {
            // First of all, and the only one: rows are locked after it, so locks are always taken in this order.
            await sql`select pg_advisory_xact_lock(${lockOf(subject)}::bigint)`.execute(tx);
            return work(tx);
          }),
      ),
  };
}

function dialectOf(url: string, limits: Parameters<typeof openPool>[1]): PostgresDialect {
  return new PostgresDialect({ pool: async () => openPool(url, limits) });
}

/** The lock of a subject. Two subjects with the same one would only wait for each other. */
function lockOf(subject: string): string {
  return createHash('sha256').update(subject).digest().readBigInt64BE().toString();
}
