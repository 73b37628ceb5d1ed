import { badUserInput, GatewayError } from '../../errors.ts';
import { logBounds } from '../../store/deployments/events.ts';
import type { Db } from '../../store/store.ts';

/**
 * The position of a cursor in an owner's event log; `0` is before the oldest event that is kept.
 * @throws GatewayError `BAD_USER_INPUT` for a cursor after the newest event, `CURSOR_EXPIRED` for one whose next events
 * were removed
 */
export async function positionOf(db: Db, ownerId: string, after: string): Promise<number> {
  const seq = /^\d{1,15}$/.test(after) ? Number(after) : Number.NaN;
  const { lastSeq, prunedSeq } = await logBounds(db, ownerId);
  if (!(seq <= lastSeq)) throw badUserInput({ path: 'after', message: 'is not a cursor of this log' });
  if (seq === 0) return prunedSeq;
  if (seq < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  return seq;
}

/**
 * Reads a page of an owner's log after a position, and the position up to which the log was read, which may grow
 * although no event is wanted. @param read the wanted events, oldest first @throws GatewayError `CURSOR_EXPIRED`
 */
export async function readLogPage<Row extends { seq: number }>(
  db: Db,
  ownerId: string,
  after: number,
  read: () => Promise<Row[]>,
): Promise<{ items: Row[]; position: number }> {
  // The end of the log is read before the events, so that events added in between are not skipped; its beginning is read
  // after them, so that events removed in between are noticed.
  const { lastSeq } = await logBounds(db, ownerId);
  const items = lastSeq > after ? await read() : [];
  const { prunedSeq } = await logBounds(db, ownerId);
  if (after < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  return { items, position: items.at(-1)?.seq ?? lastSeq };
}

/** The error that ends a subscription when the credential of its watch was deleted. */
export function credentialGone(): GatewayError {
  return new GatewayError('CREDENTIAL_MISSING', 'The credential this was watched with was deleted');
}
