import type { FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import { viewerOf } from './authenticate.ts';
import { clientLeft, type Place, type Places } from './places.ts';

/** Waits for a place of the caller, which the request has until its answer has left, or its connection is gone. */
export async function takePlace(
  places: Places,
  request: FastifyRequest,
  { raw }: FastifyReply,
): Promise<Place> {
  const { userId } = viewerOf(request);
  const isGone = raw.closed || raw.destroyed;
  const free = isGone ? undefined : places.takeNow(userId);
  if (free !== undefined) {
    raw.once('close', free.release);
    return free;
  }
  const left = new AbortController();
  const end = (): void => left.abort(clientLeft());
  if (isGone) end();
  raw.once('close', end);
  return places.take(userId, left.signal);
}

/** A hook that makes a request wait for a place. Event streams have limits of their own. */
export function waitForPlace(places: Places): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    if (request.eventStream === null) await takePlace(places, request, reply);
  };
}
