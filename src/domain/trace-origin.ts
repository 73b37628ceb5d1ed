/**
 * The key under which what is made of an event carries the span that has written the event, as a `traceparent`. A symbol, so
 * that it never becomes part of an answer: JSON leaves it out.
 */
const TRACE_ORIGIN = Symbol('trace origin');

/** Something that may carry it. */
export interface Traced {
  [TRACE_ORIGIN]?: string;
}

/** The origin to add to what is made of a row; nothing for a row that was not traced. */
export function originOfRow({ traceParent }: { traceParent: string | null }): Traced {
  return traceParent === null ? {} : { [TRACE_ORIGIN]: traceParent };
}

/** The origin of what is delivered, or of its first part that has one. */
export function findOrigin(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Traced)[TRACE_ORIGIN];
}
