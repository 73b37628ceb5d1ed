import type { ColumnType } from 'kysely';

/**
 * The types of columns that all tables share. Times are milliseconds since the epoch, flags 0 or 1, objects JSON text:
 * the same on both databases.
 */

export type Flag = 0 | 1;

/** A column that is written once. */
export type Fixed<T> = ColumnType<T, T, never>;

/** The span that has written the row, as a `traceparent` (W3C Trace Context); null when it was not traced. */
export type TraceParent = ColumnType<string | null, string | null | undefined, never>;
