import type { FastifyReply } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import type { Viewer } from '../../viewer.ts';
import { type Heartbeat, startHeartbeat } from '../live/heartbeat.ts';
import { createConnectionIdentity } from '../live/identity.ts';
import { GOING_AWAY, type LiveConnection } from '../live/registry.ts';
import { comment, EVENT_STREAM, frameOf, type ServerSentEvent } from './frame.ts';

/** An answer that stays open and sends one event at a time, while the client is connected and its token is valid. */
export interface EventStream extends LiveConnection {
  /** Aborts when nothing more can be sent: the client left, its token expired, its session ended, or the gateway stops. */
  ended: AbortSignal;
  /** Announces that the answer is one result and its end, which `leave` waits for. */
  expectOneResult(): void;
  /** Sends status and headers. Fastify does not handle this answer any more. */
  start(): void;
  /** Resolves when the client can take more, or the stream has ended. */
  send(event: ServerSentEvent): Promise<void>;
  /** Ends the answer after everything that was sent. */
  finish(): void;
}

/** How often an empty comment is sent. */
const COMMENT_INTERVAL_MS = 15_000;

/** Creates the stream of a signed-in caller. It ends when the token of `viewer` expires. */
export function createEventStream(reply: FastifyReply, viewer: Viewer, clock: Clock): EventStream {
  const { raw } = reply;
  const ended = new AbortController();
  let resumeSend = (): void => undefined;
  let heartbeat: Heartbeat | undefined;
  let isStarted = false;
  let endsByItself = false;
  let closeReason: string | undefined;

  const abort = (): void => {
    ended.abort();
    resumeSend();
  };

  const endAnswer = (): void => {
    // A client that has not taken the events sent so far would not take the comment with the reason either.
    if (raw.writableLength > 0) raw.destroy();
    else if (!raw.writableEnded) raw.end(comment(closeReason));
  };

  const close = (_code: number, reason: string): void => {
    if (ended.signal.aborted) return;
    closeReason = reason;
    abort();
    if (isStarted) endAnswer();
  };

  const identity = createConnectionIdentity(clock, () => close(4403, 'Token expired'));
  identity.setViewer(viewer);
  raw.on('drain', () => {
    heartbeat?.onResponse();
    resumeSend();
  });
  raw.once('close', () => {
    identity.stop();
    heartbeat?.stop();
    abort();
  });

  return {
    transport: 'sse',
    viewer: identity.viewer,
    close,
    leave() {
      if (!endsByItself) close(...GOING_AWAY);
    },
    cut() {
      if (!endsByItself) close(...GOING_AWAY);
      // An answer that has not begun is an ordinary one, which http/plugins/shutdown.ts answers.
      else if (!isStarted) abort();
    },
    ended: ended.signal,

    expectOneResult() {
      endsByItself = true;
    },

    start() {
      reply.hijack();
      if (raw.closed || raw.headersSent) return;
      reply.headers({
        'content-type': `${EVENT_STREAM}; charset=utf-8`,
        'cache-control': 'no-store',
        // nginx and others buffer answers unless this header is set.
        'x-accel-buffering': 'no',
      });
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) raw.setHeader(name, value);
      }
      raw.writeHead(200);
      raw.flushHeaders();
      isStarted = true;
      heartbeat = startHeartbeat(clock, {
        intervalMs: COMMENT_INTERVAL_MS,
        hasTakenAll: () => raw.writableLength === 0,
        beat: () => {
          // Nothing is added to what the client has not taken yet.
          if (raw.writableLength === 0 && !raw.writableEnded) raw.write(comment());
        },
        disconnect: () => raw.destroy(),
      });
      if (closeReason !== undefined) endAnswer();
    },

    async send(event) {
      if (ended.signal.aborted || raw.write(frameOf(event))) return;
      await new Promise<void>((resolve) => {
        resumeSend = resolve;
      });
    },

    finish() {
      if (!ended.signal.aborted) raw.end();
    },
  };
}
