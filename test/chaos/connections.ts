import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openEvents } from '../support/sse-client.ts';
import type { User } from './user.ts';

/** What one connection asks for. */
interface Following {
  url: string;
  user: Pick<User, 'token'>;
  /** Ends the connection from the client's side. */
  over: AbortSignal;
}

/** A socket that may break at any time, also while it is closing: its errors are ignored. */
export class BreakableSocket extends WebSocket {
  constructor(url: string, protocols: string) {
    super(url, protocols);
    this.on('error', () => undefined);
  }
}

/** Longest time without an event or a comment on an event stream. */
const SILENCE_MS = 60_000;

/** A subscription over `graphql-transport-ws`. Resolves when it is over, with true if the gateway completed it. */
export async function followOverSocket<T>(
  { url, user, over }: Following,
  operation: { query: string; variables: Record<string, unknown> },
  onData: (data: T) => void,
): Promise<boolean> {
  const authorization = `Bearer ${await user.token()}`;
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: BreakableSocket,
    retryAttempts: 0,
    connectionAckWaitTimeout: 5_000,
    connectionParams: { authorization },
  });
  const done = Promise.withResolvers<boolean>();
  const leave = (): void => done.resolve(false);
  over.addEventListener('abort', leave);
  let hasFailed = false;
  client.subscribe<T>(operation, {
    next({ data, errors }) {
      if (errors) hasFailed = true;
      else if (data && !over.aborted) onData(data);
    },
    error: leave,
    complete: () => done.resolve(!hasFailed && !over.aborted),
  });
  try {
    return await done.promise;
  } finally {
    over.removeEventListener('abort', leave);
    client.terminate();
    void client.dispose();
  }
}

/**
 * Server-sent events, resumed by `Last-Event-ID`. Resolves when the stream is over, with true if the gateway completed it.
 * @param onData gets the data of each event and its id
 */
export async function followOverEventStream(
  { url, user, over }: Following,
  path: string,
  lastEventId: string,
  onData: (data: unknown, id: string) => void,
): Promise<boolean> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(SILENCE_MS)]);
  const headers = { 'last-event-id': lastEventId };
  const stream = await openEvents(`${url}${path}`, await user.token(), { signal, headers });
  try {
    if (stream.status === 204) return true;
    for (;;) {
      const { event, data, comment, lastEventId: id } = await stream.events.next(SILENCE_MS);
      if (event === 'complete') return true;
      if (event === 'error') return false;
      if (comment === undefined && !over.aborted) onData(JSON.parse(data), id);
    }
  } finally {
    stream.close();
  }
}
