import type { FastifyBaseLogger } from 'fastify';
import type { EventStream } from './event-stream.ts';
import type { ServerSentEvent } from './frame.ts';

/** What is sent on a stream. */
export interface StreamSource<T> {
  items: AsyncIterator<T, unknown, unknown>;
  toServerSentEvent(item: T): ServerSentEvent;
  /** The last events of a stream whose iterator has failed. */
  toErrorEvents(error: unknown): ServerSentEvent[];
  /** The event that ends a complete stream. @default `complete` */
  last?: ServerSentEvent;
  /** Called for each item that was sent. */
  onSent(): void;
  logger: FastifyBaseLogger;
}

/** The event that ends a complete stream. */
export const COMPLETE: ServerSentEvent = { event: 'complete', data: '' };

/** Answers with a stream: all items and then `complete`, or the error events when the iterator fails. */
export async function serveStream<T>(stream: EventStream, source: StreamSource<T>): Promise<void> {
  stream.start();
  try {
    await pump(stream, source);
    await stream.send(source.last ?? COMPLETE);
  } catch (error) {
    for (const event of source.toErrorEvents(error)) await stream.send(event);
  }
  stream.finish();
}

/**
 * Takes the next item only when the client can take more, so a slow reader buffers one event. When the stream ends,
 * the iterator is returned at once, even while it waits for its next item.
 */
async function pump<T>(
  { ended, send }: EventStream,
  { items, toServerSentEvent, onSent, logger }: StreamSource<T>,
): Promise<void> {
  const returnItems = async (): Promise<void> => {
    try {
      await items.return?.();
    } catch (error) {
      logger.error({ err: error }, 'event stream ended, but its source could not be closed');
    }
  };
  if (ended.aborted) return returnItems();
  ended.addEventListener('abort', returnItems, { once: true });
  try {
    for (let item = await items.next(); !item.done && !ended.aborted; item = await items.next()) {
      await send(toServerSentEvent(item.value));
      onSent();
    }
  } finally {
    ended.removeEventListener('abort', returnItems);
  }
}
