import type { Environment } from '../environment.ts';
import { isRecord } from '../errors.ts';
import type { TypedDocument } from '../operations.ts';
import type { Socket } from '../socket.ts';
import { type FeedItem, readFeed } from './feed.ts';

/** The variable that is given for the argument `after`: `(after: $cursor)` gives `cursor`. */
const POSITION_VARIABLE = /\bafter\s*:\s*\$(\w+)/;

/** Events of deployments are their own cursors; everything else that has a position has a `cursor`. */
const IS_BY_ID = /\bdeploymentEvents\b/;

/**
 * Reads a subscription over broken connections: it goes on behind the last event that was taken. For that the document has a
 * variable for `after` and selects `cursor`, or `id` of `deploymentEvents`. What has no position is subscribed from the
 * beginning again.
 * @throws QuantgateError a mistake, or the end of the session
 */
export function readResuming<Result, Variables extends Record<string, unknown>>(
  environment: Environment,
  socket: Socket,
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeedItem<Result>, void, undefined> {
  const query = String(document);
  const name = POSITION_VARIABLE.exec(query)?.[1];
  const isById = IS_BY_ID.test(query);
  let present: Record<string, unknown> = variables;
  return readFeed(
    environment,
    {
      subscribe: () => socket.subscribe({ query, variables: present }, signal) as AsyncIterable<Result>,
      advance(data: Result) {
        const position = positionOf(data, isById);
        if (name !== undefined && position !== undefined) present = { ...present, [name]: position };
      },
      restart() {
        if (name !== undefined) present = { ...present, [name]: undefined };
      },
    },
    signal,
  );
}

/** The position of the one event that the data of a subscription holds. */
function positionOf(data: unknown, isById: boolean): string | undefined {
  const event = isRecord(data) ? Object.values(data).find(isRecord) : undefined;
  const position = event?.cursor ?? (isById ? event?.id : undefined);
  return typeof position === 'string' ? position : undefined;
}
