import { GatewayError } from '../../errors.ts';

/** Upstream times have whole seconds and come from another clock: what is a little earlier still counts. */
const SLACK_MS = 5_000;

interface Dated {
  createdAt: string | null;
}

/** The items that were created upstream at `sinceMs` or later. Those without a time are left out. */
export function createdSince<T extends Dated>(items: readonly T[], sinceMs: number): T[] {
  return items.filter(({ createdAt }) => createdAt !== null && parseTime(createdAt) >= sinceMs - SLACK_MS);
}

/** Upstream times without a zone are in UTC (docs/upstream/quantconnect.md, Loose values). */
function parseTime(text: string): number {
  return Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
}

/**
 * The one candidate for the outcome of a lost call; undefined when there is none.
 * @throws GatewayError `OUTCOME_UNKNOWN` for several: one of them may belong to another caller
 */
export function onlyOne<T>(candidates: readonly T[]): T | undefined {
  if (candidates.length > 1) {
    throw new GatewayError('OUTCOME_UNKNOWN', 'Several new ones upstream fit the lost answer');
  }
  return candidates[0];
}

/** The one candidate that was created at `sinceMs` or later. @throws as `onlyOne` */
export function onlyOneSince<T extends Dated>(candidates: readonly T[], sinceMs: number): T | undefined {
  return onlyOne(createdSince(candidates, sinceMs));
}
