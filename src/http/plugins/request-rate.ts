import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { rateLimited } from '../../errors.ts';
import type { LocalWindow } from '../../lib/limit/fixed-window.ts';
import { networkOf } from '../../lib/net/network.ts';
import { readSessionCookies } from './cookies.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts requests, and operations over sockets; undefined when `REQUEST_RATE` is off. */
    requestRate: LocalWindow | undefined;
  }
  interface FastifyRequest {
    /** True once the request was counted, against its user or its address. */
    isCounted: boolean;
  }
}

/**
 * Counts each request without a token against its address, before anything else is done for it. A request with a token
 * is counted by `identify`: against its user, or against its address when the token is refused.
 */
export const requestRate = fp<{ rate: LocalWindow | undefined }>(
  async (app, { rate }) => {
    app.decorate('requestRate', rate);
    app.decorateRequest('isCounted', false);
    app.addHook('onRequest', (request, _reply, done) => {
      if (!hasToken(request)) countOnce(request);
      done();
    });
    // A token that the route does not look at.
    app.addHook('preParsing', (request, _reply, payload, done) => {
      countOnce(request);
      done(null, payload);
    });
  },
  { name: 'request-rate' },
);

/** Counts a request against its address, unless it was counted before. @throws GatewayError `RATE_LIMITED` */
export function countOnce(request: FastifyRequest): void {
  if (request.isCounted) return;
  request.isCounted = true;
  takeOfAddress(request.server.requestRate, request.ip);
}

function hasToken({ headers }: FastifyRequest): boolean {
  return headers.authorization !== undefined || readSessionCookies(headers.cookie).accessToken !== undefined;
}

/** Counts a request of a client without a valid token. @throws GatewayError `RATE_LIMITED` */
export function takeOfAddress(rate: LocalWindow | undefined, address: string): void {
  take(rate, `address ${networkOf(address)}`);
}

/** Counts a request, or an operation over a socket, of a user. @throws GatewayError `RATE_LIMITED` */
export function takeOfUser(rate: LocalWindow | undefined, userId: string, reply?: FastifyReply): void {
  take(rate, `user ${userId}`, reply);
}

/** The headers are those of draft-ietf-httpapi-ratelimit-headers-10. */
function take(rate: LocalWindow | undefined, caller: string, reply?: FastifyReply): void {
  if (rate === undefined) return;
  const { remaining, resetMs, isOver } = rate.take(caller);
  const resetSeconds = Math.ceil(resetMs / 1_000);
  reply?.headers({
    'ratelimit-policy': `"requests";q=${rate.rate.count};w=${Math.ceil(rate.rate.windowMs / 1_000)}`,
    ratelimit: `"requests";r=${remaining};t=${resetSeconds}`,
  });
  if (isOver) throw rateLimited('Too many requests', resetSeconds);
}
