import { GatewayError } from '../../errors.ts';

/**
 * The database cannot be used now; a retry after a few seconds makes sense. The failed statement or transaction had no
 * effect, except in one case that no database can exclude: the connection was lost after a commit (or a statement
 * outside a transaction) took effect and before its answer arrived.
 */
export class StoreUnavailable extends GatewayError {
  constructor(cause: unknown) {
    super('UNAVAILABLE', undefined, { retryAfter: RETRY_AFTER_SECONDS }, cause);
  }
}

/** A session in which PostgreSQL refuses to write. It counts as lost: another server may be the primary by now. */
export class ReadOnlySessionError extends Error {
  override readonly name = 'ReadOnlySessionError';
  readonly code = READ_ONLY;

  constructor() {
    super('The session of the database is read-only');
  }
}

/** SQLSTATE of a statement that would write in a read-only transaction. */
const READ_ONLY = '25006';

/** A database that restarts is back within seconds. */
const RETRY_AFTER_SECONDS = 2;

export function isStoreUnavailable(error: unknown): error is StoreUnavailable {
  return error instanceof StoreUnavailable;
}

/** @returns undefined while the store is unavailable: the caller tries again later */
export async function unlessUnavailable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isStoreUnavailable(error)) return undefined;
    throw error;
  }
}

/**
 * The level at which background work that will be tried again logs a failure. Outages of the store are logged by the
 * store itself, once each.
 */
export function levelOf(error: unknown): 'debug' | 'error' {
  return isStoreUnavailable(error) ? 'debug' : 'error';
}

/** Node's error codes for a server that cannot be reached or has closed the connection. */
const NETWORK_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Messages of `pg` and its pool for lost connections; these errors have no code. */
const LOST_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/;

/**
 * SQLSTATE of a session that has ended: connection failures (08), the server stopping, starting or ending the session
 * (57P), a transaction that was idle for too long (25P03), and a session that cannot write (25006). PostgreSQL manual,
 * appendix A.
 */
const LOST_STATES = /^(08...|57P0.|25P03|25006)$/;

/**
 * SQLSTATE of a temporary refusal: serialization failure and deadlock (40), lack of resources such as connections (53),
 * lock timeout (55P03), statement timeout (57014).
 */
const BUSY_STATES = /^(40...|53...|55P03|57014)$/;

/**
 * SQLite's results for a file that cannot be used at present: busy (5), locked (6), read-only (8), an I/O error (10), full
 * (13), cannot be opened (14). SQLite manual, Result and Error Codes.
 */
const SQLITE_STATES = new Set([5, 6, 8, 10, 13, 14]);

/** True when the connection that the error came from can no longer be used. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = partsOf(error);
  return NETWORK_CODES.has(code) || LOST_STATES.test(code) || LOST_MESSAGES.test(message);
}

/** True when PostgreSQL refused to write in this session. */
export function isReadOnly(error: unknown): boolean {
  return partsOf(error).code === READ_ONLY;
}

/** True when the server, or a pooler in front of it, refuses a further connection. */
export function isServerFull(error: unknown): boolean {
  const { code, message } = partsOf(error);
  return code === '53300' || /^no more connections allowed/.test(message);
}

/** Maps a driver's error: temporary failures to `StoreUnavailable`; all others (a mistake in a query) stay as they are. */
export function fromDriver(error: unknown): unknown {
  return isConnectionLost(error) || BUSY_STATES.test(partsOf(error).code) || isFileUnusable(error)
    ? new StoreUnavailable(error)
    : error;
}

/** The lower 8 bits of SQLite's extended result code are the result code. */
function isFileUnusable(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    SQLITE_STATES.has(error.errcode & 0xff)
  );
}

function partsOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: error.message };
}
