import { badUserInput, GatewayError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { type LogBounds, logBounds } from '../../store/coordination/log-bounds.ts';
import { SEQ_PER_MS } from '../../store/deployments/events.ts';
import { type Db, readTimeMs, type Store } from '../../store/store.ts';

/** How far ahead of the clock a cursor may be that the log once gave out, if its clock was wrong. */
const MAX_CLOCK_ERROR_MS = 86_400_000;

/**
 * The position of a cursor in an owner's event log; `0` is before the oldest event that is kept. A cursor after the newest
 * event is one of a log that was since restored from a backup: its position is the end of the log, and all that
 * is written from then on follows.
 * @throws GatewayError `BAD_USER_INPUT` for what cannot be a cursor, `CURSOR_EXPIRED` for one whose next events were removed
 * or may get smaller numbers
 */
export async function positionOf(
  { store, clock }: { store: Pick<Store, 'db' | 'time'>; clock: Pick<Clock, 'evenMs'> },
  ownerId: string,
  after: string,
): Promise<number> {
  const seq = /^(0|[1-9]\d{0,15})$/.test(after) ? Number(after) : Number.NaN;
  if (!Number.isSafeInteger(seq)) throw notACursor();
  const { lastSeq, prunedSeq } = await logBounds(store.db, ownerId);
  if (seq === 0) return prunedSeq;
  if (seq < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  if (seq <= lastSeq) return seq;
  const aheadMs = seq / SEQ_PER_MS - (await readTimeMs(store, clock.evenMs()));
  if (aheadMs > MAX_CLOCK_ERROR_MS) throw notACursor();
  // Its successors would be numbered by the clock, which has not reached it yet.
  if (aheadMs > 0) throw new GatewayError('CURSOR_EXPIRED');
  return lastSeq;
}

function notACursor(): GatewayError {
  return badUserInput({ path: 'after', message: 'is not a cursor of this log' });
}

/**
 * Reads a page of an owner's log after a position, and the position up to which the log was read, which may grow
 * although no event is wanted. It is smaller than `after` when the log was restored from a backup meanwhile; then the reader
 * goes on at its end. @param read the wanted events, oldest first @throws GatewayError `CURSOR_EXPIRED`
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

/**
 * The end of an owner's log as the tail of all followers reads it: what `readLogPage` reads, with one statement and for every
 * event. @throws GatewayError `CURSOR_EXPIRED`
 */
export async function readTailPage<Row extends { seq: number }>(
  after: number,
  limit: number,
  read: (after: number, limit: number) => Promise<LogBounds & { rows: Row[] }>,
): Promise<{ items: Row[]; position: number }> {
  const { rows, lastSeq, prunedSeq } = await read(after, limit);
  if (after < prunedSeq) throw new GatewayError('CURSOR_EXPIRED');
  const isWhole = rows.length < limit;
  return { items: rows, position: isWhole ? lastSeq : (rows.at(-1)?.seq ?? lastSeq) };
}

/** The error that ends a subscription when the credential of its watch was deleted. */
export function credentialGone(): GatewayError {
  return new GatewayError('CREDENTIAL_MISSING', 'The credential this was watched with was deleted');
}
