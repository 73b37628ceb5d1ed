/** Longer waits are cut to a day: beyond that the header is nonsense, and the caller should look again. */
const MAX_SECONDS = 86_400;

/**
 * Seconds to wait by a `Retry-After` header, in whole seconds, 1 to a day; `undefined` when it is missing or
 * nonsense. A date is compared with the answer's own `Date`, so that neither clock matters.
 */
export function parseRetryAfter(
  header: string | undefined,
  dateHeader: string | undefined,
  nowMs: number,
): number | undefined {
  const text = header?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, dateHeader, nowMs);
  return seconds === undefined ? undefined : Math.min(MAX_SECONDS, Math.max(1, seconds));
}

function secondsUntil(text: string, dateHeader: string | undefined, nowMs: number): number | undefined {
  // Every HTTP date names its day; `Date.parse` alone would also read "1.5" or "-3" as a date.
  const untilMs = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilMs)) return undefined;
  const fromMs = Date.parse(dateHeader ?? '');
  return Math.ceil((untilMs - (Number.isNaN(fromMs) ? nowMs : fromMs)) / 1_000);
}
