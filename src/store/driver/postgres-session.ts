import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { PoolClient } from 'pg';
import type { SilenceGuard } from './postgres-silence.ts';
import { storable } from './storable.ts';
import { fromDriver, isConnectionLost, isReadOnly, ReadOnlySessionError } from './unavailable.ts';

/** Timeouts of statements, in milliseconds. */
export interface StatementLimits {
  /** PostgreSQL's settings of these names. */
  lock_timeout: number;
  statement_timeout: number;
  /** Bounds how long a replica that died in a transaction keeps its locks. */
  idle_in_transaction_session_timeout: number;
  /** The client's own limit within a transaction, for a server that does not answer at all. */
  answerMs: number;
}

/** A connection of the pool whose session was checked. */
export interface PostgresSession {
  client: PoolClient;
  /** True behind a pooler such as PgBouncer, where each transaction may run in another session of the server. */
  isPooled: boolean;
  /** The generation of the pool in which it was checked. */
  generation: number;
}

/**
 * Checks a new connection and sets its limits. The limits are no start-up parameters, because PgBouncer refuses those.
 * They are set for the session, or, behind a pooler, in each transaction: see `checkOut`.
 * @throws ReadOnlySessionError when the session cannot write: the server is a standby, or was made read-only
 */
export async function prepareSession(
  client: PoolClient,
  {
    limits,
    timeoutMs,
    generation,
  }: { limits: StatementLimits | undefined; timeoutMs: number; generation: number },
): Promise<PostgresSession> {
  const query = (text: string) => client.query({ text, ...clientLimit(timeoutMs) });
  const { rows } = await query(
    `select pg_backend_pid() as pid, current_setting('transaction_read_only') = 'on' as is_read_only`,
  );
  const { pid, is_read_only: readOnly } = rows[0] as { pid: number; is_read_only: boolean };
  if (readOnly) throw new ReadOnlySessionError();
  // A pooler announces a number of its own in place of the process id of the server's session.
  const isPooled = pid !== ('processID' in client ? client.processID : undefined);
  if (limits && !isPooled) await query(settingsOf(limits, 'session'));
  return { client, isPooled, generation };
}

export interface CheckOutOptions {
  limits: StatementLimits | undefined;
  /** Limit for the answer to the first statement. */
  firstStatementMs: number;
  /** Ends later statements sooner than their limits when the server cannot be reached. */
  guardSilence: SilenceGuard;
  onReadOnly(): void;
  /** Called after each statement that the server has carried out. */
  onAnswer(): void;
}

/**
 * A session from its checkout to its release, as Kysely needs it. It maps errors, and is destroyed on release if it was
 * lost. Behind a pooler a transaction begins with its limits, and a statement outside a transaction gets a transaction
 * of its own, because a setting of the session could reach another session of the server, or another program.
 */
export function checkOut(
  { client, isPooled }: PostgresSession,
  { limits, firstStatementMs, guardSilence, onReadOnly, onAnswer }: CheckOutOptions,
): PostgresPoolClient {
  let lost: unknown;
  let answerMs = limits ? firstStatementMs : undefined;
  let isFirst = true;
  let isInTransaction = false;

  const send = async (text: string, values?: unknown[]): Promise<unknown> => {
    // Fail the rollback that follows a lost connection at once, instead of waiting for its timeout.
    if (lost !== undefined) throw lost;
    try {
      const answer = client.query({ text, ...(values && { values }), ...clientLimit(answerMs) });
      const result = await (isFirst || !limits ? answer : guardSilence(answer));
      onAnswer();
      return result;
    } catch (error) {
      const thrown = fromDriver(error);
      if (isReadOnly(error)) onReadOnly();
      if (isConnectionLost(error)) lost = thrown;
      throw thrown;
    } finally {
      answerMs = limits?.answerMs;
      isFirst = false;
    }
  };

  const begin = async (statement: string): Promise<unknown> => {
    const result = await send(
      limits && isPooled ? `${statement}; ${settingsOf(limits, 'transaction')}` : statement,
    );
    isInTransaction = true;
    return result;
  };

  const sendAlone = async (statement: string, values: unknown[]): Promise<unknown> => {
    if (!limits || !isPooled) return send(statement, values);
    await begin('begin');
    try {
      const result = await send(statement, values);
      await send('commit');
      return result;
    } catch (error) {
      // A rollback that fails has lost the connection, which then is destroyed.
      await send('rollback').catch(() => undefined);
      throw error;
    } finally {
      isInTransaction = false;
    }
  };

  const run = async (statement: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (/^(begin|start transaction)\b/.test(statement)) return begin(statement);
    if (!isInTransaction) return sendAlone(statement, parameters.map(storable));
    if (/^(commit|rollback)$/.test(statement)) isInTransaction = false;
    return send(statement, parameters.map(storable));
  };

  function query<R>(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(statement: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof statement !== 'string') throw new TypeError('Cursors are not used here');
    return run(statement, parameters);
  }
  return { query, release: (destroy) => client.release(destroy || lost !== undefined) };
}

/** Statements that set the limits for the session, or for the transaction under way. */
function settingsOf({ answerMs: _, ...settings }: StatementLimits, scope: 'session' | 'transaction'): string {
  const set = scope === 'session' ? 'set' : 'set local';
  return Object.entries(settings)
    .map(([name, ms]) => `${set} ${name} = ${ms}`)
    .join('; ');
}

/** `pg` takes this setting for a single query, although its types do not have it. */
function clientLimit(ms: number | undefined): object {
  return ms === undefined ? {} : { query_timeout: Math.ceil(ms) };
}
