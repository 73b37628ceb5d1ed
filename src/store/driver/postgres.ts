import { createHash } from 'node:crypto';
import { Kysely, PostgresAdapter, PostgresDialect, type PostgresPool, sql } from 'kysely';
import type { Backend } from './backend.ts';
import { binaryOrder } from './collation.ts';
import { migrate } from './migrate.ts';
import type { Outage } from './outage.ts';
import { openPool } from './postgres-pool.ts';
import type { StatementLimits } from './postgres-session.ts';
import { createTransactionQueue } from './transaction-queue.ts';

/** How a process uses PostgreSQL. */
export interface PostgresOptions {
  /** Maximum number of connections. @default 10 */
  poolSize?: number | undefined;
  /** An older connection is replaced as soon as it is idle. @default half an hour */
  poolLifetimeMs?: number | undefined;
  /** How long a transaction waits for its lock in the database. @default 4 s */
  lockWaitMs?: number | undefined;
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
 * How long a read takes at most while the server cannot be reached: getting a connection and the answer to the first
 * statement. Every query of the store uses an index and a limit and takes a few milliseconds.
 */
const ANSWER_MS = 2_000;

/** Timeouts after which a stuck PostgreSQL becomes an error; one that cannot be reached does sooner (`SilenceGuard`). */
const LIMITS: StatementLimits = {
  lock_timeout: LOCK_WAIT_MS,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
  answerMs: 6_000,
};

/** The backend that several replicas can share. */
export function postgres(
  url: string,
  {
    poolSize = 10,
    poolLifetimeMs = 1_800_000,
    lockWaitMs = LOCK_WAIT_MS,
    timeOf = 'database',
  }: PostgresOptions,
  outage: Outage,
): Backend {
  const enqueue = createTransactionQueue(LOCK_WAIT_MS);
  const pool = { url, size: poolSize, lifetimeMs: poolLifetimeMs, answerMs: ANSWER_MS, outage };
  let opened: PostgresPool | undefined;
  return {
    dialect: new PooledPostgresDialect({
      async pool() {
        opened = openPool({ ...pool, limits: { ...LIMITS, lock_timeout: lockWaitMs } });
        return opened;
      },
    }),
    isShared: true,
    time: (hostNowMs, plusMs = 0) =>
      timeOf === 'host'
        ? sql<number>`${hostNowMs + plusMs}::bigint`
        : sql<number>`((extract(epoch from clock_timestamp()) * 1000)::bigint + ${plusMs}::bigint)`,

    // Without statement timeouts: waiting for other replicas' migrations, or creating an index, may take long.
    async migrate(_db, options) {
      const db = new Kysely({
        dialect: new PooledPostgresDialect({
          pool: async () => openPool({ ...pool, size: 1, limits: undefined }),
        }),
        plugins: [binaryOrder],
      });
      try {
        await db.transaction().execute(async (tx) => {
          await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`.execute(tx);
          await migrate(tx, options);
        });
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

    // Kysely itself would refuse later queries with an error that counts as a bug; an ended pool is `StoreUnavailable`.
    close: async () => opened?.end(),

    // Changes nothing, but is refused in a read-only session.
    async ping(db) {
      await sql`update users set id = id where false`.execute(db);
    },
  };
}

/** The advisory lock of migrations. Its number is Kysely's, for replicas of the version that used Kysely's own lock. */
const MIGRATION_LOCK = '3853314791062309107';

/** Kysely's dialect, without its lock for migrations, which belongs to the session and not to the transaction. */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {
    // `migrate` holds a lock already.
  }

  override async releaseMigrationLock(): Promise<void> {
    // It ends with the transaction.
  }
}

class PooledPostgresDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new TransactionLockAdapter();
  }
}

/** The number of the advisory lock. Two keys with the same number only wait for each other. */
function advisoryLockOf(lockKey: string): string {
  return createHash('sha256').update(lockKey).digest().readBigInt64BE().toString();
}
