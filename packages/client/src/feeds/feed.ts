import type { Environment } from '../environment.ts';
import { GatewayFailure, isPassing } from '../errors.ts';
import { createBackoff } from '../retry.ts';

/** How a feed is read, and read on after the connection broke. */
export interface FeedSource<Item> {
  /** Subscribes from the feed's present position on; `restart` forgets the position. */
  subscribe(signal: AbortSignal | undefined): AsyncIterable<Item>;
  /** Notes the position of an item that the caller has taken. */
  advance(item: Item): void;
  /** Forgets the position, because the gateway keeps nothing from there any more. */
  restart(): void;
}

/** An item, and whether there is a hole before it: what was missed there is no longer kept. */
export interface FeedItem<Item> {
  item: Item;
  isAfterGap: boolean;
}

/**
 * Reads a feed to its end over broken connections, restarts and outages. A mistake, or the end of the session, is thrown.
 * @throws QuantgateError, or the signal's reason
 */
export async function* readFeed<Item>(
  environment: Environment,
  source: FeedSource<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeedItem<Item>, void, undefined> {
  const backoff = createBackoff(environment);
  let isAfterGap = false;
  for (;;) {
    try {
      for await (const item of source.subscribe(signal)) {
        backoff.reset();
        source.advance(item);
        yield { item, isAfterGap };
        isAfterGap = false;
      }
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof GatewayFailure && error.code === 'CURSOR_EXPIRED') {
        source.restart();
        isAfterGap = true;
      } else if (isPassing(error)) await backoff.wait(error, signal);
      else throw error;
    }
  }
}
