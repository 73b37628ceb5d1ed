import { type GatewayError, isGatewayError } from '../errors.ts';
import { mapLimit } from '../lib/map-limit.ts';

/** What came of a loop. */
export interface LoopResult {
  /** True when the work of any item reported a change. */
  hasChanges: boolean;
  /** Errors of single items, in the order in which they came. */
  errors: GatewayError[];
}

/** With these codes one object alone may be at fault, so the loop goes on. Any other error ends it. */
const CODES_OF_ONE_OBJECT = ['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_UNAVAILABLE'];

/**
 * A slow item must not hold up all after it: what a poll reads one by one can be hundreds of deployments after an outage.
 * A few at a time leave the connections of the owner to its requests; the budget decides how many there are in a second.
 */
const AT_A_TIME = 4;

/**
 * Runs `work` for a few items at a time. An error that may concern one item alone is collected, and the other items are still
 * worked on.
 * @param work reports whether anything has changed
 * @throws any other error: no more items are begun, and it is thrown when those under way are done
 */
export async function forEachCollecting<T>(
  items: readonly T[],
  work: (item: T) => Promise<boolean>,
): Promise<LoopResult> {
  const result: LoopResult = { hasChanges: false, errors: [] };
  const fatal: unknown[] = [];
  await mapLimit(AT_A_TIME, items, async (item) => {
    if (fatal.length > 0) return;
    try {
      if (await work(item)) result.hasChanges = true;
    } catch (error) {
      const isOfOneObject = isGatewayError(error) && CODES_OF_ONE_OBJECT.includes(error.code);
      if (isOfOneObject) result.errors.push(error);
      else fatal.push(error);
    }
  });
  if (fatal.length > 0) throw fatal[0];
  return result;
}
