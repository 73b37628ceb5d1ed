import { type GatewayError, isGatewayError } from '../errors.ts';

/** What came of a loop. */
export interface LoopResult {
  /** True when the work of any item reported a change. */
  hasChanges: boolean;
  /** Errors of single items, in order. */
  errors: GatewayError[];
}

/** With these codes one object alone may be at fault, so the loop goes on. Any other error ends it. */
const CODES_OF_ONE_OBJECT = ['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_UNAVAILABLE'];

/**
 * Runs `work` for one item after the other, so that a poll does not spend the credential's budget all at once. An error
 * that may concern one item alone is collected, and the other items are still worked on.
 * @param work reports whether anything has changed
 * @throws any other error, at once
 */
export async function forEachCollecting<T>(
  items: readonly T[],
  work: (item: T) => Promise<boolean>,
): Promise<LoopResult> {
  const result: LoopResult = { hasChanges: false, errors: [] };
  for (const item of items) {
    try {
      if (await work(item)) result.hasChanges = true;
    } catch (error) {
      if (!isGatewayError(error) || !CODES_OF_ONE_OBJECT.includes(error.code)) throw error;
      result.errors.push(error);
    }
  }
  return result;
}
