import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { OperationIds } from './operation-ids.ts';
import { textFrame } from './text-frame.ts';

/** Sends to one peer, no faster than it takes. */
export interface Sender {
  /** Resolves when the bytes were written; never once the socket has closed, so that nothing more is executed for it. */
  send(message: string): Promise<void>;
  /**
   * Sends the JSON of a result.
   * @param id that of the operation
   * @returns undefined when the peer has taken it; else a promise as of `send`
   */
  sendResult(id: string, json: Buffer): Promise<void> | undefined;
}

/**
 * @param connection what the socket runs on. A result is written there as one frame: `ws` would write two parts. It compresses
 * nothing here and so queues nothing, so frames stay in order
 * @param isOpen false from the moment on at which the close was sent
 */
export function createSender(
  socket: Pick<WebSocket, 'send'>,
  connection: Writable,
  ids: OperationIds,
  isOpen: () => boolean,
): Sender {
  /** Subscriptions that wait until the bytes were written, so a slow reader delays its own subscriptions only. */
  let waiting: { resolve(): void; reject(error: Error): void }[] = [];

  const onWritten = (error?: Error | null): void => {
    if (waiting.length === 0 || (!error && connection.writableLength > 0)) return;
    const settled = waiting;
    waiting = [];
    for (const { resolve, reject } of settled) {
      if (!error) resolve();
      else if (isOpen()) reject(error);
    }
  };

  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        if (!isOpen()) return;
        const message = ids.toClient(text);
        if (message === undefined) return resolve();
        socket.send(message, (error) => {
          if (!error) resolve();
          else if (isOpen()) reject(error);
        });
      }),

    sendResult(id, json) {
      if (!isOpen()) return new Promise(() => undefined);
      const head = ids.nextHead(id);
      if (head === undefined) return undefined;
      connection.write(textFrame(head, json), onWritten);
      if (connection.writableLength === 0) return undefined;
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
  };
}
