/** Fields with free values, which are not rewritten. */
const OPAQUE: ReadonlySet<string> = new Set(['messages', 'metadata', 'result']);

/** Rewrites every status of an answer. */
export function withStatus(
  json: Record<string, unknown>,
  rewrite: (status: string) => string,
): Record<string, unknown> {
  const visit = (key: string, value: unknown): unknown => {
    if (OPAQUE.has(key)) return value;
    if ((key === 'status' || key === 'aggregateStatus') && typeof value === 'string') return rewrite(value);
    if (Array.isArray(value)) return value.map((entry) => visit('', entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visit(name, inner)]));
  };
  return visit('', json) as Record<string, unknown>;
}
