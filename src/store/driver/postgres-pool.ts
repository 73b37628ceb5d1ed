import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { fromDriver, isConnectionLost } from './unavailable.ts';

/**
 * A connection pool with the interface that Kysely needs. Errors are mapped by `fromDriver`. A lost connection neither
 * ends the process nor is used again.
 */
export function openPool(url: string, config: PoolConfig): PostgresPool {
  const pool = new Pool({
    ...config,
    connectionString: url,
    application_name: 'quantgate',
    // Firewalls drop idle connections.
    keepAlive: true,
    types: { getTypeParser },
  });
  // Node ends the process on an 'error' event without listener. No more is needed: the pool replaces an idle connection
  // that was lost, and the query on a connection in use fails by itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    options: pool.options,
    connect: () => pool.connect().then(checkedOut, rethrow),
    end: () => pool.end(),
  };
}

/** A connection from its checkout to its release. It maps errors, and is destroyed on release if it was lost. */
function checkedOut(client: PoolClient): PostgresPoolClient {
  let lost: unknown;
  const run = async (statement: string, parameters: readonly unknown[]): Promise<unknown> => {
    // Fail the rollback that follows a lost connection at once, instead of waiting for its timeout.
    if (lost !== undefined) throw lost;
    try {
      return await client.query(statement, parameters.map(storable));
    } catch (error) {
      const thrown = fromDriver(error);
      if (isConnectionLost(error)) lost = thrown;
      throw thrown;
    }
  };
  function query<R>(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(statement: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof statement !== 'string') throw new TypeError('Cursors are not used here');
    return run(statement, parameters);
  }
  return { query, release: (destroy) => client.release(destroy || lost !== undefined) };
}

function rethrow(error: unknown): never {
  throw fromDriver(error);
}

/** PostgreSQL cannot store NUL in text; it is replaced by U+FFFD, the replacement character. */
function storable(parameter: unknown): unknown {
  return typeof parameter === 'string' ? parameter.replaceAll('\0', '\ufffd') : parameter;
}

/** Reads 64-bit integers as numbers, as SQLite does; everything else as `pg` does. */
const getTypeParser: typeof types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === types.builtins.INT8 && format !== 'binary' ? safeInteger : types.getTypeParser(type, format);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('A stored integer is too large to be read exactly');
  return value;
}
