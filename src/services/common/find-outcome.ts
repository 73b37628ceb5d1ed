import { GatewayError } from '../../errors.ts';

/** Upstream times have whole seconds, and its clock is not ours: a little earlier still counts as since. */
const SLACK_MS = 5_000;

interface Dated {
  createdAt: string | null;
}

/** What was made upstream since a moment. */
export function since<T extends Dated>(items: readonly T[], sinceMs: number): T[] {
  return items.filter(({ createdAt }) => createdAt !== null && parseTime(createdAt) >= sinceMs - SLACK_MS);
}

/** Upstream times without a zone are in UTC (upstream page, section 10). */
function parseTime(text: string): number {
  return Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

/**
 * The one thing that can be the outcome of a lost answer, undefined when there is none.
 * @throws GatewayError `OUTCOME_UNKNOWN` when several fit: any choice might be another caller's
 */
export function onlyOne<T>(candidates: readonly T[]): T | undefined {
  if (candidates.length > 1) {
    throw new GatewayError('OUTCOME_UNKNOWN', 'Several new ones upstream fit the lost answer');
  }
  return candidates[0];
}

/** The one thing made since a moment. @throws as `onlyOne` */
export function newestSince<T extends Dated>(items: readonly T[], sinceMs: number): T | undefined {
  return onlyOne(since(items, sinceMs));
}
