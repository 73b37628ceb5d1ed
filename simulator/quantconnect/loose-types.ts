const NUMERIC = new Set([
  'id',
  'agentId',
  'taskId',
  'projectId',
  'versionId',
  'userId',
  'lastDeploymentId',
  'inputTokens',
  'outputTokens',
]);
/** Fields with free values, which are not changed. */
const FREE = new Set(['messages', 'outputSchema']);

/**
 * Ids and counts as text, booleans as 0/1 except the documented `success` (docs/upstream/quantconnect.md, Loose
 * values; assumed).
 */
export function loosely(reply: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(reply).map(([key, value]) => [key, loosen(key, value)]));
}

function loosen(key: string, value: unknown): unknown {
  if (FREE.has(key) || key === 'success') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && NUMERIC.has(key)) return String(value);
  if (Array.isArray(value)) return value.map((entry) => loosen('', entry));
  if (typeof value === 'object' && value !== null) return loosely(value as Record<string, unknown>);
  return value;
}
