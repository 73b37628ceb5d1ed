import { GatewayError } from '../errors.ts';

/** Upstream times have whole seconds, and its clock is not ours: a little earlier still counts as since. */
const SLACK_MS = 5_000;

/** What was made upstream since a moment. */
export const since = <T extends { createdAt: string | null }>(items: readonly T[], sinceMs: number): T[] =>
  items.filter(({ createdAt }) => createdAt !== null && Date.parse(createdAt) >= sinceMs - SLACK_MS);

/**
 * The one thing made since a moment, undefined when there is none.
 * @throws GatewayError `OUTCOME_UNKNOWN` when several fit: any choice might be another caller's
 */
export const newestSince = <T extends { createdAt: string | null }>(
  items: readonly T[],
  sinceMs: number,
): T | undefined => {
  const candidates = since(items, sinceMs);
  if (candidates.length > 1) {
    throw new GatewayError('OUTCOME_UNKNOWN', 'Several new ones upstream fit the lost answer');
  }
  return candidates[0];
};
