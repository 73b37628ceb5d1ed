import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { invalidToken, isGatewayError, unauthenticated } from '../../errors.ts';
import type { Origin } from '../../services/identity/sign-ins.ts';
import type { Services } from '../../services/services.ts';
import type { Viewer } from '../../viewer.ts';
import { hasSessionCookie, readSessionCookies, type SessionCookies, setSessionCookies } from './cookies.ts';
import { countOnce, takeOfUser } from './request-rate.ts';
import { assertNotForged } from './trusted-origins.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; null before `authenticate` has run. */
    viewer: Viewer | null;
  }
}

/** Declares `request.viewer`, so that all request objects have the same shape. */
export const viewers = fp(
  async (app) => {
    app.decorateRequest('viewer', null);
  },
  { name: 'viewers' },
);

/** Reads the token of an `Authorization: Bearer …` value (RFC 6750, 2.1). @throws GatewayError `UNAUTHENTICATED` */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined) return token;
  throw /^Bearer +[^ ]/i.test(authorization ?? '') ? invalidToken() : unauthenticated();
}

/** What finds out who calls. */
export type Authenticator = Pick<Services, 'accounts' | 'cookieSessions'>;

/**
 * Authenticates a request by its header, or else by its cookie. A cookie needs the CSRF check; a header does not, because
 * a page of another site cannot set it. The request is counted against the user, or against the address when it has no
 * valid token. Expired tokens of cookies are renewed with the answer (docs/decisions/0046-sessions-by-cookie.md).
 * @throws GatewayError `UNAUTHENTICATED`, `FORBIDDEN`, `RATE_LIMITED`
 */
export async function identify(
  services: Authenticator,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Viewer> {
  const { authorization, cookie } = request.headers;
  const cookies = authorization === undefined ? readSessionCookies(cookie) : {};
  const isByCookie = hasSessionCookie(cookies);
  if (isByCookie) assertNotForged(request);
  const { requestRate } = request.server;
  try {
    const viewer = isByCookie
      ? await openSession(services, cookies, request, reply)
      : await services.accounts.authenticate(bearerToken(authorization));
    request.isCounted = true;
    takeOfUser(requestRate, viewer.userId, reply);
    return { ...viewer, address: request.ip, onCall: request.record?.noteCall };
  } catch (error) {
    if (isGatewayError(error, 'UNAUTHENTICATED')) countOnce(request);
    throw error;
  }
}

async function openSession(
  { cookieSessions }: Authenticator,
  cookies: SessionCookies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Viewer> {
  const { viewer, renewed } = await cookieSessions.open(cookies, originOf(request));
  if (renewed) setSessionCookies(reply, renewed);
  return viewer;
}

/** Where a request came from. */
export function originOf({ ip, headers }: FastifyRequest): Origin {
  return { address: ip, userAgent: headers['user-agent'] };
}

/** A hook that refuses requests without a valid token. Every problem with a token has the same answer. */
export function authenticate(services: Authenticator): onRequestAsyncHookHandler {
  return async (request, reply) => {
    request.viewer = await identify(services, request, reply);
  };
}

/** The caller of a route behind `authenticate`. @throws GatewayError `UNAUTHENTICATED` on any other route */
export function viewerOf(request: FastifyRequest): Viewer {
  if (!request.viewer) throw unauthenticated();
  return request.viewer;
}
