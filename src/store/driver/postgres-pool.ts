import type { PostgresPool } from 'kysely';
import { Pool, type PoolClient, types } from 'pg';
import type { Outage } from './outage.ts';
import { checkOut, type PostgresSession, prepareSession, type StatementLimits } from './postgres-session.ts';
import { createSilenceGuard } from './postgres-silence.ts';
import { fromDriver, isServerFull, isStoreUnavailable, StoreUnavailable } from './unavailable.ts';

export interface PoolOptions {
  url: string;
  /** Maximum number of connections. */
  size: number;
  /** An older connection is replaced as soon as it is idle. */
  lifetimeMs: number;
  /**
   * Limit for getting a connection, and for the first statement on it. It bounds how long a read takes while the server
   * cannot be reached.
   */
  answerMs: number;
  /** Undefined for statements that may take long (migrations). */
  limits: StatementLimits | undefined;
  /** Begins when no connection can be had, and ends with an answer. */
  outage: Outage;
}

/** After the server has refused a further connection, the pool does not try to grow for this long. */
const GROWTH_PAUSE_MS = 5_000;

/** The first statement gets this long even if getting its connection took all of `answerMs`. */
const MIN_STATEMENT_MS = 250;

/**
 * A connection pool with the interface that Kysely needs. Errors are mapped by `fromDriver`. A lost connection neither
 * ends the process nor is used again. A new connection is used only if its session can write; when one session turns
 * out to be read-only (its server was demoted), all older connections are replaced. While the server refuses further
 * connections, callers queue for those that the pool has.
 */
export function openPool({ url, size, lifetimeMs, answerMs, limits, outage }: PoolOptions): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'quantgate',
    max: size,
    maxLifetimeSeconds: lifetimeMs / 1_000,
    connectionTimeoutMillis: answerMs,
    // Firewalls drop idle connections.
    keepAlive: true,
    types: { getTypeParser },
  });
  // Node ends the process on an 'error' event without listener. No more is needed: the pool replaces an idle connection
  // that was lost, and the query on a connection in use fails by itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const guardSilence = createSilenceGuard(url);
  const sessions = new WeakMap<PoolClient, PostgresSession>();
  /** Raised when a session turns out to be read-only. Sessions of an earlier generation are not used again. */
  let generation = 0;
  let growsAgainAtMs = 0;
  let hasConnected = false;

  const takeClient = async (): Promise<PoolClient> => {
    if (performance.now() >= growsAgainAtMs) pool.options.max = size;
    try {
      return await pool.connect();
    } catch (error) {
      if (!isServerFull(error) || pool.totalCount === 0) throw error;
      pool.options.max = Math.min(pool.options.max, pool.totalCount);
      growsAgainAtMs = performance.now() + GROWTH_PAUSE_MS;
      return takeClient();
    }
  };

  /** A refusal of the first connection may be a mistake of the configuration; later ones pass, as after a failover. */
  const fromConnecting = (error: unknown): unknown =>
    hasConnected && !isStoreUnavailable(error) ? new StoreUnavailable(error) : fromDriver(error);

  const takeSession = async (msLeft: () => number): Promise<PostgresSession> => {
    const client = await takeClient();
    try {
      const known = sessions.get(client);
      if (known?.generation === generation) return known;
      if (known === undefined) {
        const session = await prepareSession(client, { limits, timeoutMs: msLeft(), generation });
        sessions.set(client, session);
        return session;
      }
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.release(true);
    return takeSession(msLeft);
  };

  return {
    options: pool.options,
    async connect() {
      const startedAtMs = performance.now();
      const msLeft = () => Math.max(MIN_STATEMENT_MS, startedAtMs + answerMs - performance.now());
      const session = await withinMs(answerMs, takeSession(msLeft), ({ client }) => client.release()).catch(
        (error: unknown) => {
          const thrown = fromConnecting(error);
          if (isStoreUnavailable(thrown) && !pool.ending) outage.begin(thrown);
          throw thrown;
        },
      );
      hasConnected = true;
      return checkOut(session, {
        limits,
        firstStatementMs: msLeft(),
        guardSilence,
        onAnswer: outage.end,
        onReadOnly: () => {
          generation += 1;
        },
      });
    },
    end: () => pool.end(),
  };
}

/** @param undo gives back what arrives too late */
async function withinMs<T>(limitMs: number, result: Promise<T>, undo: (late: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      result.then(undo, () => undefined);
      reject(new StoreUnavailable(new Error(`No connection to the database within ${limitMs} ms`)));
    }, limitMs);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads 64-bit integers as numbers, as SQLite does; everything else as `pg` does. */
const getTypeParser: typeof types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === types.builtins.INT8 && format !== 'binary' ? safeInteger : types.getTypeParser(type, format);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('A stored integer is too large to be read exactly');
  return value;
}
