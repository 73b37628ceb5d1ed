import { asJsonObject, type JsonObject } from '../lib/json.ts';

/**
 * What the gateway writes into the metadata of AI tasks. Metadata belongs to all clients of QuantCDN: each reader here
 * accepts any value, and each writer keeps the other keys.
 */

/** Key of the link: `{"quantconnect": {"taskId": "77", "runId": "…"}}`, readable for other clients of QuantCDN. */
export const LINK_KEY = 'quantconnect';

/** Key of the mark: `{"quantgate": {"request": "…"}}`. */
const MARK_KEY = 'quantgate';

/** What ties an AI task to QuantConnect. */
export interface AiTaskLink {
  /** The QuantConnect task that runs for the AI task. */
  taskId: string | null;
  /** The run that claimed the AI task last. */
  runId: string | null;
}

/** Reads the link; both members are null when there is none or it is malformed. */
export function readLink(metadata: JsonObject | null): AiTaskLink {
  const link = asJsonObject(metadata?.[LINK_KEY]);
  return { taskId: idIn(link.taskId), runId: idIn(link.runId) };
}

/** The metadata with a changed link. A null member is removed from the link, and an empty link from the metadata. */
export function writeLink(metadata: JsonObject | null, change: Partial<AiTaskLink>): JsonObject {
  const link = Object.entries({ ...asJsonObject(metadata?.[LINK_KEY]), ...change }).filter(
    ([, value]) => value !== null,
  );
  const { [LINK_KEY]: _old, ...rest } = metadata ?? {};
  return link.length === 0 ? rest : { ...rest, [LINK_KEY]: Object.fromEntries(link) };
}

/**
 * The metadata with the mark of the request that creates the task, in place of any other mark. QuantCDN has no
 * idempotency key, so the mark is how a retry finds the task of a create whose answer was lost.
 */
export function markMetadata(metadata: JsonObject | undefined, request: string): JsonObject {
  return { ...metadata, [MARK_KEY]: { request } };
}

/** True when the metadata carries the mark of this request. */
export function isMarked(metadata: JsonObject | null, request: string): boolean {
  return asJsonObject(metadata?.[MARK_KEY]).request === request;
}

function idIn(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
