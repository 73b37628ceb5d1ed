import type { FastifyBaseLogger } from 'fastify';
import type { EventStream } from './event-stream.ts';
import type { ServerSentEvent } from './frame.ts';

/** What a stream is made of. */
export interface StreamSource<T> {
  items: AsyncIterator<T, unknown, unknown>;
  toServerSentEvent(item: T): ServerSentEvent;
  /** What is said of a failure, and the last thing that is. */
  toErrorEvents(error: unknown): ServerSentEvent[];
  logger: FastifyBaseLogger;
}

/** Says that there is nothing more to come. */
export const COMPLETE: ServerSentEvent = { event: 'complete', data: '' };

/** Answers by a stream: all items, then `complete`, or what is said of the failure. */
export async function serveStream<T>(stream: EventStream, feed: StreamSource<T>): Promise<void> {
  stream.start();
  try {
    await pump(stream, feed);
    await stream.send(COMPLETE);
  } catch (error) {
    for (const event of feed.toErrorEvents(error)) await stream.send(event);
  }
  stream.finish();
}

/**
 * The next item is asked for when the peer has room for it, so a reader that pauses costs one event and no more.
 * Once the stream is over the iterator is ended at once, even while it waits.
 */
async function pump<T>(
  { ended, send }: EventStream,
  { items, toServerSentEvent, logger }: StreamSource<T>,
): Promise<void> {
  const end = async (): Promise<void> => {
    try {
      await items.return?.();
    } catch (error) {
      logger.error({ err: error }, 'a stream could not be ended');
    }
  };
  if (ended.aborted) return end();
  ended.addEventListener('abort', end, { once: true });
  try {
    for (let item = await items.next(); !item.done && !ended.aborted; item = await items.next()) {
      await send(toServerSentEvent(item.value));
    }
  } finally {
    ended.removeEventListener('abort', end);
  }
}
