import { rateLimited } from '../../errors.ts';

/** Tests of one owner that may be under way, in this process. */
const MAX_TESTS = 2;

/**
 * Counts the tests under way, because each may take as long as the receiver likes, up to 10 s.
 * @returns runs `work` in a place of its owner; it throws GatewayError `RATE_LIMITED` when there is none
 */
export function createTestPlaces(): <T>(ownerId: string, work: () => Promise<T>) => Promise<T> {
  const held = new Map<string, number>();
  return async (ownerId, work) => {
    const count = held.get(ownerId) ?? 0;
    if (count >= MAX_TESTS) throw rateLimited(`At most ${MAX_TESTS} tests can be under way`, 1);
    held.set(ownerId, count + 1);
    try {
      return await work();
    } finally {
      const left = (held.get(ownerId) ?? 1) - 1;
      if (left === 0) held.delete(ownerId);
      else held.set(ownerId, left);
    }
  };
}
