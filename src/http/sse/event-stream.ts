import type { FastifyReply } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import type { Viewer } from '../../viewer.ts';
import { createConnectionIdentity } from '../live/identity.ts';
import type { LiveConnection } from '../live/registry.ts';
import { comment, EVENT_STREAM, frame, type ServerSentEvent } from './frame.ts';
import { keepAlive } from './keep-alive.ts';

/** An answer that goes on: one event at a time, for as long as its caller is there and signed in. */
export interface EventStream extends LiveConnection {
  /** Aborts when nothing more can be sent: the client left, its token expired, its session ended, we go away. */
  ended: AbortSignal;
  /** Sends the head. From here on the framework has nothing to do with the answer any more. */
  start(): void;
  /** Resolves when the peer has room for more, or the stream is over. */
  send(event: ServerSentEvent): Promise<void>;
  /** Ends the answer after what was sent. */
  finish(): void;
}

/** A stream of a signed-in caller, which ends with their token. */
export function createEventStream(reply: FastifyReply, viewer: Viewer, clock: Clock): EventStream {
  const { raw } = reply;
  const over = new AbortController();
  let wake = (): void => undefined;
  let stopBeating = (): void => undefined;
  let isStarted = false;
  let farewell: string | undefined;

  const stop = (): void => {
    over.abort();
    wake();
  };

  const leave = (): void => {
    // A peer that has not taken what it was sent would not take the goodbye either.
    if (raw.writableLength > 0) raw.destroy();
    else if (!raw.writableEnded) raw.end(comment(farewell));
  };

  const close = (_code: number, reason: string): void => {
    if (over.signal.aborted) return;
    farewell = reason;
    stop();
    if (isStarted) leave();
  };

  const identity = createConnectionIdentity(clock, () => close(4403, 'Token expired'));
  identity.setViewer(viewer);
  raw.on('drain', () => wake());
  raw.once('close', () => {
    identity.stop();
    stopBeating();
    stop();
  });

  return {
    viewer: identity.viewer,
    close,
    ended: over.signal,

    start() {
      reply.hijack();
      if (raw.closed) return;
      reply.headers({
        'content-type': `${EVENT_STREAM}; charset=utf-8`,
        'cache-control': 'no-store',
        // A proxy that gathers an answer before it passes it on would keep the events.
        'x-accel-buffering': 'no',
      });
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) raw.setHeader(name, value);
      }
      raw.writeHead(200);
      raw.flushHeaders();
      isStarted = true;
      stopBeating = keepAlive(raw, clock);
      if (farewell !== undefined) leave();
    },

    async send(event) {
      if (over.signal.aborted || raw.write(frame(event))) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },

    finish() {
      if (!over.signal.aborted) raw.end();
    },
  };
}
