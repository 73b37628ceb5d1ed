import { GatewayError } from '../../errors.ts';

/**
 * The database cannot be used right now, and trying again in a few seconds makes sense. Nothing of a statement or
 * transaction that fails so was kept, but for one case no database can exclude: the connection was lost while the
 * answer to a commit, or to a statement of its own, was on its way.
 */
export class StoreUnavailable extends GatewayError {
  constructor(cause: unknown) {
    super('UNAVAILABLE', undefined, { retryAfter: RETRY_AFTER_SECONDS }, cause);
  }
}

/** A database that restarts is back within seconds. */
const RETRY_AFTER_SECONDS = 2;

/** True when this is the store's fault and not the caller's. */
export function isStoreUnavailable(error: unknown): error is StoreUnavailable {
  return error instanceof StoreUnavailable;
}

/** What Node says when a server cannot be reached or has gone. */
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

/** Failures that `pg` and its pool give no code. */
const LOST_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/;

/**
 * SQLSTATE of a session that is over: connection failures (08), the server stopping, starting or ending the session
 * (57P), and a transaction that was idle for too long (25P03).
 */
const LOST_STATES = /^(08...|57P0.|25P03)$/;

/**
 * SQLSTATE of a refusal that passes by itself: serialization and deadlock (40), resources such as connections (53),
 * a lock not had in time (55P03), a statement that took too long (57014).
 */
const BUSY_STATES = /^(40...|53...|55P03|57014)$/;

/** True when the connection an error came from is of no further use. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = partsOf(error);
  return NETWORK_CODES.has(code) || LOST_STATES.test(code) || LOST_WORDS.test(message);
}

/** The driver's error as callers see it: `StoreUnavailable` when it passes, itself when it is somebody's mistake. */
export function fromDriver(error: unknown): unknown {
  return isConnectionLost(error) || BUSY_STATES.test(partsOf(error).code)
    ? new StoreUnavailable(error)
    : error;
}

function partsOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: error.message };
}
