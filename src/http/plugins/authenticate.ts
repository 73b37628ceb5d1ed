import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { invalidToken, isGatewayError, unauthenticated } from '../../errors.ts';
import type { Accounts } from '../../services/identity/accounts.ts';
import type { Viewer } from '../../viewer.ts';
import { readSessionCookies } from './cookies.ts';
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

type Authenticator = Pick<Accounts, 'authenticate'>;

/**
 * Authenticates a request by its header, or else by its cookie. A cookie needs the CSRF check; a header does not, because
 * a page of another site cannot set it. The request is counted against the user, or against the address when it has no
 * valid token.
 * @throws GatewayError `UNAUTHENTICATED`, `FORBIDDEN`, `RATE_LIMITED`
 */
export async function identify(
  accounts: Authenticator,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Viewer> {
  const { authorization, cookie } = request.headers;
  const accessToken = authorization === undefined ? readSessionCookies(cookie).accessToken : undefined;
  if (accessToken !== undefined) assertNotForged(request);
  const { requestRate } = request.server;
  try {
    const viewer = await accounts.authenticate(accessToken ?? bearerToken(authorization));
    request.isCounted = true;
    takeOfUser(requestRate, viewer.userId, reply);
    return { ...viewer, address: request.ip };
  } catch (error) {
    if (isGatewayError(error, 'UNAUTHENTICATED')) countOnce(request);
    throw error;
  }
}

/** A hook that refuses requests without a valid token. Every problem with a token has the same answer. */
export function authenticate(accounts: Authenticator): onRequestAsyncHookHandler {
  return async (request, reply) => {
    request.viewer = await identify(accounts, request, reply);
  };
}

/** The caller of a route behind `authenticate`. @throws GatewayError `UNAUTHENTICATED` on any other route */
export function viewerOf(request: FastifyRequest): Viewer {
  if (!request.viewer) throw unauthenticated();
  return request.viewer;
}
