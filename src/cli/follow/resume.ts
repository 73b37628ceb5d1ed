import { setTimeout as pause } from 'node:timers/promises';
import { fullJitterMs } from '../../lib/backoff.ts';
import type { Random } from '../../lib/random.ts';
import { type Api, ApiError, Unreachable } from './api.ts';

/** With the pauses between them, half a minute on average. */
const READ_TRIES = 15;

const RECONNECT = { baseMs: 250, capMs: 5_000 };

/** What is followed, and how it is resumed. */
export interface Followed<Item> {
  /** Opens the stream from the last item on. @returns items; done when nothing more follows */
  open(signal: AbortSignal): AsyncGenerator<Item, 'complete' | 'cut'>;
  onItem(item: Item): void;
  /** Called when the connection is lost, and when it is there again. */
  onConnection(state: 'lost' | 'back'): void;
  random: Random;
  signal: AbortSignal;
  /** The gateway has answered already, so the first connection may fail too. @default false */
  isKnown?: boolean;
}

/**
 * Follows a stream over lost connections and restarts of the gateway. The first connection has to work, unless
 * `isKnown`. Resolves when nothing more follows, or the signal is aborted.
 * @throws Unreachable when the first connection fails; ApiError when the gateway refuses
 */
export async function followOn<Item>(followed: Followed<Item>): Promise<void> {
  const { open, onItem, onConnection, random, signal, isKnown = false } = followed;
  let wasConnected = isKnown;
  let tries = 0;
  while (!signal.aborted) {
    try {
      const items = open(signal);
      for (;;) {
        const { done, value } = await items.next();
        if (!done && tries > 0) onConnection('back');
        wasConnected = true;
        tries = 0;
        if (!done) onItem(value);
        else if (value === 'complete') return;
        else break;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Unreachable) || !wasConnected) throw error;
    }
    if (signal.aborted) return;
    if (tries === 0) onConnection('lost');
    await pause(fullJitterMs(tries, RECONNECT, random), undefined, { signal }).catch(() => undefined);
    tries += 1;
  }
}

/** Repeats a read over a restart of the gateway. @throws Unreachable after the last try */
export async function readOn<T>(read: () => Promise<T>, random: Random): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Unreachable) || tries === READ_TRIES) throw error;
      await pause(fullJitterMs(tries, RECONNECT, random));
    }
  }
}

/** The items of a REST stream. @param after the last cursor that was received */
export async function* restItems<Item>(
  api: Api,
  path: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Item, 'complete' | 'cut'> {
  for await (const { event, data } of api.stream(path, { signal, lastEventId: after })) {
    if (event === 'complete') return 'complete';
    if (event === 'error') throw problemOf(JSON.parse(data));
    yield JSON.parse(data) as Item;
  }
  return 'cut';
}

interface GraphQLResult<Data> {
  data?: Data;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** The results of a GraphQL subscription, by its event stream. */
export async function* graphqlItems<Data>(
  api: Api,
  query: string,
  variables: object,
  signal: AbortSignal,
): AsyncGenerator<Data, 'complete' | 'cut'> {
  for await (const { event, data } of api.stream('/graphql/stream', { signal, body: { query, variables } })) {
    if (event === 'complete') return 'complete';
    if (event !== 'next') continue;
    const { data: result, errors: [error] = [] } = JSON.parse(data) as GraphQLResult<Data>;
    if (error !== undefined)
      throw problemOf({ code: error.extensions?.code ?? 'INTERNAL', detail: error.message });
    if (result) yield result;
  }
  return 'cut';
}

/** A failure that ends a stream. The store of a gateway may be away for a while. */
function problemOf({ code, detail, title }: { code: string; detail?: string; title?: string }): Error {
  const line = detail ?? title ?? 'The stream has failed';
  return code === 'UNAVAILABLE' ? new Unreachable(line) : new ApiError(code, line);
}
