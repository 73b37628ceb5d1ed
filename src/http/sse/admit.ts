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
    /** The stream the answer will be, when the caller wants one. */
    eventStream: EventStream | null;
  }
}

/** What streams are admitted by. */
export interface AdmissionDeps {
  /** Every open socket of a user; streams count as such. */
  registry: ConnectionRegistry;
  clock: Clock;
}

/** Where a place is expected to have come free after. */
const RETRY_SECONDS = 5;

/** Gives every request a place for its stream, so that its shape never changes. */
export const eventStreams = fp(
  async (app) => {
    app.decorateRequest('eventStream', null);
  },
  { name: 'event-streams' },
);

/**
 * A hook behind `authenticate` that lets in what is to be answered by a stream. It belongs to its session from here
 * on, before a body has been read: a session that ends meanwhile takes it along.
 * @param offered media types of the route, the usual one first
 * @throws GatewayError `NOT_ACCEPTABLE`, `RATE_LIMITED`
 */
export function admitStreams(
  { registry, clock }: AdmissionDeps,
  ...offered: readonly string[]
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const type = preferredType(request.headers.accept, offered);
    if (type === undefined) throw new GatewayError('NOT_ACCEPTABLE', `Only ${offered.join(', ')} is served`);
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

/** The stream of a route that answers by nothing else. @throws GatewayError `NOT_ACCEPTABLE` on any other route */
export function streamOf({ eventStream }: FastifyRequest): EventStream {
  if (!eventStream) throw new GatewayError('NOT_ACCEPTABLE');
  return eventStream;
}
