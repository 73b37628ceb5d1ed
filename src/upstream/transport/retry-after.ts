/** Longer waits are cut to a day. */
const MAX_SECONDS = 86_400;

/**
 * The wait that a `Retry-After` header asks for, in whole seconds, from 1 to a day (RFC 9110, section 10.2.3);
 * `undefined` when the header is missing or malformed. A date is compared with the response's own `Date`, so that
 * a difference between the clocks does not matter.
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
  // An HTTP date begins with the day; `Date.parse` alone would also read "1.5" or "-3" as a date.
  const untilMs = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(untilMs)) return undefined;
  const fromMs = Date.parse(dateHeader ?? '');
  return Math.ceil((untilMs - (Number.isNaN(fromMs) ? nowMs : fromMs)) / 1_000);
}
