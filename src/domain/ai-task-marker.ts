/**
 * Under this key of an AI task's metadata stands which request made it: `{"quantgate": {"request": "…"}}`. QuantCDN
 * knows no idempotency key, so this is how the task of a lost answer is told from others like it.
 */
const MARKER_KEY = 'quantgate';

type Metadata = Record<string, unknown>;

/** The metadata with the mark of a request in place of any other. */
export function markMetadata(metadata: Metadata | undefined, request: string): Metadata {
  return {
    ...metadata,
    [MARKER_KEY]: { request },
  };
}

/** Whether a request has left its mark; another client may have written anything there. */
export function isMarked(metadata: Metadata | null, request: string): boolean {
  const marker = metadata?.[MARKER_KEY];
  return typeof marker === 'object' && marker !== null && 'request' in marker && marker.request === request;
}
