/**
 * Under this key of an AI task's metadata stands the task of QuantConnect that runs for it, where other clients of
 * QuantCDN see it: `{"quantconnect": {"taskId": "77", "runId": "…"}}`.
 */
export const LINK_KEY = 'quantconnect';

/** What ties an AI task to QuantConnect. */
export interface AiTaskLink {
  taskId: string | null;
  /** The run that has claimed the AI task last. */
  runId: string | null;
}

type Metadata = Record<string, unknown>;

/** Reads the link; another client may have written anything there. */
export function readLink(metadata: Metadata | null): AiTaskLink {
  const link = asObject(metadata?.[LINK_KEY]);
  return { taskId: idIn(link.taskId), runId: idIn(link.runId) };
}

/** The metadata with a changed link; null takes a part of it away. Everything else stays as it is. */
export function writeLink(metadata: Metadata | null, change: Partial<AiTaskLink>): Metadata {
  const link = Object.entries({ ...asObject(metadata?.[LINK_KEY]), ...change }).filter(
    ([, value]) => value !== null,
  );
  const { [LINK_KEY]: _old, ...rest } = metadata ?? {};
  return link.length === 0 ? rest : { ...rest, [LINK_KEY]: Object.fromEntries(link) };
}

function asObject(value: unknown): Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function idIn(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
