import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { GatewayError, rateLimited } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ConnectionRegistry } from '../live/registry.ts';
import { viewerOf } from '../plugins/authenticate.ts';
import { preferredType } from './accept.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { EVENT_STREAM } from './frame.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The stream that answers the request; null when the caller accepts another type. */
    eventStream: EventStream | null;
  }
}

export interface AdmissionDeps {
  /** Counts the sockets and streams of each user. */
  registry: ConnectionRegistry;
  clock: Clock;
}

/** Sent as `Retry-After` when a user has too many connections. */
const RETRY_SECONDS = 5;

/** Declares `request.eventStream`, so that all request objects have the same shape. */
export const eventStreams = fp(
  async (app) => {
    app.decorateRequest('eventStream', null);
  },
  { name: 'event-streams' },
);

/**
 * A hook that runs after `authenticate` and creates the stream of a request that prefers one. The stream is registered
 * before the body is read, so a session that is revoked meanwhile ends it too.
 * @param offered media types of the route, the default first
 * @throws GatewayError `NOT_ACCEPTABLE`, `RATE_LIMITED`
 */
export function admitStreams(
  { registry, clock }: AdmissionDeps,
  ...offered: readonly string[]
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    // A stream has no end, and so no head without it.
    const served = request.method === 'HEAD' ? offered.filter((one) => one !== EVENT_STREAM) : offered;
    const type = preferredType(request.headers.accept, served);
    if (type === undefined) throw new GatewayError('NOT_ACCEPTABLE', `Only ${served.join(', ')} is served`);
    if (type !== EVENT_STREAM) return;
    const viewer = viewerOf(request);
    const stream = createEventStream(reply, viewer, clock);
    if (!registry.add(viewer.userId, stream)) {
      throw rateLimited('Too many sockets and event streams', RETRY_SECONDS);
    }
    reply.raw.once('close', () => registry.remove(viewer.userId, stream));
    request.eventStream = stream;
  };
}

/** The stream of a request on a route that offers event streams only. @throws GatewayError `NOT_ACCEPTABLE` without one */
export function streamOf({ eventStream }: FastifyRequest): EventStream {
  if (!eventStream) throw new GatewayError('NOT_ACCEPTABLE');
  return eventStream;
}
