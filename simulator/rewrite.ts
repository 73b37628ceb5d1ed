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

/** Sets members of an answer by path; `*` stands for every element of a list. A path that leads nowhere changes nothing. */
export function withValues(
  json: Record<string, unknown>,
  set: Record<string, unknown>,
): Record<string, unknown> {
  const copy = structuredClone(json);
  for (const [path, value] of Object.entries(set)) assign(copy, path.split('.'), value);
  return copy;
}

function assign(node: unknown, [name = '', ...rest]: string[], value: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const members = node as Record<string, unknown>;
  for (const key of name === '*' ? Object.keys(members) : [name]) {
    if (rest.length === 0) members[key] = value;
    else assign(members[key], rest, value);
  }
}
