import { badUserInput, GatewayError } from '../../errors.ts';
import { logBounds } from '../../store/deployments/events.ts';
import type { Db } from '../../store/store.ts';

/**
 * Reads a cursor of an owner's log; `0` is the oldest event that is kept.
 * @throws GatewayError `BAD_USER_INPUT` for one beyond what exists, `CURSOR_EXPIRED` for one behind what is kept
 */
export async function positionOf(db: Db, ownerId: string, after: string): Promise<number> {
  const seq = /^\d{1,15}$/.test(after) ? Number(after) : Number.NaN;
  const { lastSeq, prunedSeq } = await logBounds(db, ownerId);
  if (!(seq <= lastSeq)) throw badUserInput({ path: 'after', message: 'is not a cursor of this log' });
  if (seq === 0) return prunedSeq;
  if (seq < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  return seq;
}

/** A stretch of an owner's log: what is wanted of it, and how far it reaches even when that is nothing. */
export async function readStretch<Row extends { seq: number }>(
  db: Db,
  ownerId: string,
  after: number,
  read: () => Promise<Row[]>,
): Promise<{ items: Row[]; position: number }> {
  // First how far the log reaches, then what is in it: nothing that comes in between is passed over. What is kept of
  // it is asked last: nothing that was removed in between is passed over either.
  const { lastSeq } = await logBounds(db, ownerId);
  const items = lastSeq > after ? await read() : [];
  const { prunedSeq } = await logBounds(db, ownerId);
  if (after < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  return { items, position: items.at(-1)?.seq ?? lastSeq };
}

/** The credential something was watched with is no longer there. */
export function credentialGone(): GatewayError {
  return new GatewayError('CREDENTIAL_MISSING', 'The credential this was watched with was deleted');
}
