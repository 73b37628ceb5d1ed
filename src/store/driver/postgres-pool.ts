import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { fromDriver, isConnectionLost } from './unavailable.ts';

/**
 * A pool of connections as Kysely wants it. Its errors are those of `unavailable.ts`, and a connection that is lost
 * takes neither this process nor the next query with it.
 */
export function openPool(url: string, config: PoolConfig): PostgresPool {
  const pool = new Pool({
    ...config,
    connectionString: url,
    application_name: 'quantgate',
    // A firewall between the two forgets connections that say nothing.
    keepAlive: true,
    types: { getTypeParser },
  });
  // Without listeners these errors would end the process. A connection that was idle is replaced when it is next
  // needed; one that is in use fails the query under way or the next one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    options: pool.options,
    connect: () => pool.connect().then(guarded, rethrow),
    end: () => pool.end(),
  };
}

/** One use of a connection, from taking it out of the pool to giving it back. */
function guarded(client: PoolClient): PostgresPoolClient {
  let lost: unknown;
  const run = async (statement: string, parameters: readonly unknown[]): Promise<unknown> => {
    // Once lost, the rollback that follows need not wait for an answer too.
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

/** PostgreSQL's text holds every character but NUL; U+FFFD stands for one that cannot be shown. */
function storable(parameter: unknown): unknown {
  return typeof parameter === 'string' ? parameter.replaceAll('\0', '\ufffd') : parameter;
}

/** Times and counters are numbers, as on SQLite; everything else is read as `pg` does it. */
const getTypeParser: typeof types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === types.builtins.INT8 && format !== 'binary' ? safeInteger : types.getTypeParser(type, format);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('A stored integer is too large to be read exactly');
  return value;
}
