import { type Client, createClient as createSocketClient, MessageType, stringifyMessage } from 'graphql-ws';
import type { Environment, Timer } from './environment.ts';
import { GatewayFailure, isPassing, isRecord, toFailure } from './errors.ts';
import type { Authentication } from './session/session.ts';

/** One operation over the socket. */
export interface SocketOperation {
  query: string;
  variables: Record<string, unknown>;
}

/**
 * How the socket stands. `IDLE`: nobody needs it. `LOST`: it broke, or could not be opened, and the feeds that need it are
 * trying again.
 */
export type Connection = 'IDLE' | 'OPEN' | 'LOST';

/** The one socket that all subscriptions of a client share. It is opened by the first and closed a while after the last. */
export interface Socket {
  /**
   * Subscribes once: when the connection breaks it fails, because only the caller knows where to go on from.
   * @throws GatewayFailure also `NETWORK` for a broken connection, `SIGNED_OUT` without a session
   */
  subscribe(operation: SocketOperation, signal?: AbortSignal): AsyncGenerator<unknown, void, undefined>;
  connection(): Connection;
  /** Tells of each change of `connection()`; returns how to stop. */
  onConnection(listener: () => void): () => void;
  close(): void;
}

/** A ping is sent after so long a silence, and the connection given up if nothing comes back in time. */
const KEEP_ALIVE = { everyMs: 12_000, answerMs: 5_000 };
/** How long the socket is kept without a subscription. */
const IDLE_MS = 3_000;

/** The code of a socket that this side closes when the last subscription is gone. */
const CLOSED_BY_US = 1000;
/** Codes that say that the token, or the session, is not good any more (PROTOCOL.md, Close codes). */
const REFUSED = 4403;
/** Mistakes of a client, which a retry repeats. */
const MISTAKES = [1007, 1009, 4400, 4401, 4406, 4409, 4429];

export function createSocket(environment: Environment, url: string, session: Authentication): Socket {
  let current: WebSocket | undefined;
  let usedToken: string | undefined;
  let pongTimer: Timer | undefined;
  let client: Client | undefined;
  let connection: Connection = 'IDLE';
  const listeners = new Set<() => void>();
  /** Those whose subscription broke, and who will subscribe again unless they are aborted. */
  const waiting = new Set<AbortSignal>();

  const setConnection = (next: Connection): void => {
    if (next === connection) return;
    connection = next;
    for (const listener of [...listeners]) listener();
  };
  const giveUp = (signal: AbortSignal): void => {
    waiting.delete(signal);
    if (connection === 'LOST' && waiting.size === 0) setConnection('IDLE');
  };
  const waitWith = (signal: AbortSignal | undefined): void => {
    if (signal === undefined || waiting.has(signal)) return;
    waiting.add(signal);
    signal.addEventListener('abort', () => giveUp(signal), { once: true });
  };

  const open = (): Client =>
    createSocketClient({
      url: toSocketUrl(url),
      webSocketImpl: environment.WebSocket,
      lazy: true,
      lazyCloseTimeout: IDLE_MS,
      keepAlive: KEEP_ALIVE.everyMs,
      // A retry of the library would subscribe with the old cursor again.
      retryAttempts: 0,
      shouldRetry: () => false,
      async connectionParams() {
        usedToken = await session.accessToken();
        return usedToken === undefined ? {} : { authorization: `Bearer ${usedToken}` };
      },
      on: {
        connected(socket) {
          current = socket as WebSocket;
          waiting.clear();
          setConnection('OPEN');
        },
        closed(event) {
          current = undefined;
          setConnection((event as CloseEvent).code === CLOSED_BY_US ? 'IDLE' : 'LOST');
          pongTimer?.cancel();
        },
        ping(isReceived) {
          if (isReceived) return;
          pongTimer = environment.after(KEEP_ALIVE.answerMs, () => client?.terminate());
        },
        pong: (isReceived) => isReceived && pongTimer?.cancel(),
      },
    });

  // The gateway lets a socket live on that is handed the next token before its own ends.
  const stopTokens = session.onToken((token) => {
    if (current?.readyState !== 1 || token === usedToken) return;
    usedToken = token;
    current.send(stringifyMessage({ type: MessageType.Ping, payload: { authorization: `Bearer ${token}` } }));
  });

  return {
    async *subscribe(operation, signal) {
      signal?.throwIfAborted();
      client ??= open();
      const results = client.iterate(operation);
      const onAbort = (): void => void results.return?.(undefined);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        for await (const { data, errors } of results) {
          if (errors?.[0] !== undefined) throw toFailure(errors[0]);
          yield data;
        }
        signal?.throwIfAborted();
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        const failure = await toSocketFailure(error, session, usedToken);
        if (isPassing(failure)) waitWith(signal);
        throw failure;
      } finally {
        signal?.removeEventListener('abort', onAbort);
        await results.return?.(undefined);
      }
    },
    connection: () => connection,
    onConnection(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stopTokens();
      pongTimer?.cancel();
      void client?.dispose();
    },
  };
}

/** What ended a subscription, as a failure. After a refused token the session is renewed first. */
async function toSocketFailure(
  error: unknown,
  session: Authentication,
  usedToken: string | undefined,
): Promise<unknown> {
  if (error instanceof GatewayFailure) return error;
  if (Array.isArray(error)) return toFailure(error[0]);
  const code = isRecord(error) && typeof error.code === 'number' ? error.code : undefined;
  const reason = isRecord(error) && typeof error.reason === 'string' ? error.reason : '';
  if (code === REFUSED) {
    try {
      await session.renew(usedToken);
    } catch (failure) {
      return failure;
    }
  }
  return new GatewayFailure(code !== undefined && MISTAKES.includes(code) ? 'BAD_ANSWER' : 'NETWORK', {
    message: `The connection to the gateway was closed${code ? ` (${code} ${reason})` : ''}`,
    cause: error,
  });
}

/** `https://host` → `wss://host/graphql`. Without a URL it is that of the page. */
function toSocketUrl(url: string): string {
  const absolute = new URL(`${url}/graphql`, globalThis.location?.href);
  absolute.protocol = absolute.protocol === 'https:' ? 'wss:' : 'ws:';
  return absolute.href;
}
