import { readListEventsAndBounds } from '../ai-tasks/list-events.ts';
import type { LogBounds } from '../coordination/log-bounds.ts';
import { readEventsAndBounds } from '../deployments/events.ts';
import type { EventRow, ListEventRow, OwnerEventRow } from '../schema/index.ts';
import type { Db } from '../store.ts';
import { readOwnerEventsAndBounds } from './owner-events.ts';

/** An event of a deployment, which alone has a `type`; of a list; or of neither. The `kind` tells the last two apart. */
export type LogRow = EventRow | ListEventRow | OwnerEventRow;

/** A part of an owner's log. */
export interface LogPage {
  /** The events of all tables, in the order of the log. */
  events: LogRow[];
  /** The log was read up to this number. */
  upTo: number;
  /** Events up to this number were removed. */
  prunedSeq: number;
}

/** Reads a page of all tables of an owner's log after a position. */
export async function readWholeLog(db: Db, ownerId: string, after: number, limit: number): Promise<LogPage> {
  const parts: (LogBounds & { rows: LogRow[] })[] = [
    await readEventsAndBounds(db, ownerId, after, limit),
    await readListEventsAndBounds(db, ownerId, after, limit),
    await readOwnerEventsAndBounds(db, ownerId, after, limit),
  ];
  // What was written between two reads may be missing in the earlier one, so it is left for the next page.
  const upTo = Math.min(...parts.map((part) => endOf(part, limit)));
  const events = parts
    .flatMap(({ rows }) => rows)
    .filter(({ seq }) => seq <= upTo)
    .sort((one, other) => one.seq - other.seq);
  return { events, upTo, prunedSeq: Math.max(...parts.map(({ prunedSeq }) => prunedSeq)) };
}

/** How far a table was read. */
function endOf({ rows, lastSeq }: LogBounds & { rows: readonly LogRow[] }, limit: number): number {
  return rows.length < limit ? lastSeq : (rows.at(-1)?.seq ?? lastSeq);
}
