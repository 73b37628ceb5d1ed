/** Levels of objects and lists that a value of a client may have; it is the first level itself. */
export const MAX_JSON_LEVELS = 63;

/**
 * Whether objects and lists nest deeper than `levels`. It does not recurse, so it is safe for any value.
 * @param levels at least 1: `{}` has one level
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  return walk(value, levels, () => false) === 'too deep';
}

/** Whether a number in the value has lost digits, or is none that JSON can carry: beyond ±(2^53 - 1) or infinite. */
export function hasInexactNumber(value: unknown): boolean {
  const isInexact = (one: unknown) =>
    typeof one === 'number' && (!Number.isFinite(one) || Math.abs(one) > Number.MAX_SAFE_INTEGER);
  return walk(value, MAX_JSON_LEVELS, isInexact) === 'found';
}

/** Visits every value, until one is found or nests too deeply. */
function walk(
  root: unknown,
  maxLevels: number,
  isWanted: (value: unknown) => boolean,
): 'found' | 'too deep' | undefined {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (level.some(isWanted)) return 'found';
    const containers = level.filter((value): value is object => typeof value === 'object' && value !== null);
    if (containers.length > 0 && depth >= maxLevels) return 'too deep';
    level = containers.flatMap((container) => Object.values(container) as unknown[]);
  }
  return undefined;
}
