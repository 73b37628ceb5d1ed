import type { FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { GatewayError } from '../../errors.ts';
import { viewerOf } from './authenticate.ts';
import type { Place, Places } from './places.ts';

/** Waits for a place of the caller, which the request has until its answer has left, or its connection is gone. */
export async function takePlace(
  places: Places,
  request: FastifyRequest,
  { raw }: FastifyReply,
): Promise<Place> {
  const left = new AbortController();
  const end = (): void => left.abort(new GatewayError('UNAVAILABLE', 'The client has left'));
  if (raw.closed || raw.destroyed) end();
  raw.once('finish', end);
  raw.once('close', end);
  return places.take(viewerOf(request).userId, left.signal);
}

/** A hook that makes a request wait for a place. Event streams have limits of their own. */
export function waitForPlace(places: Places): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    if (request.eventStream === null) await takePlace(places, request, reply);
  };
}
