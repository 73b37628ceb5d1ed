import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { unauthenticated } from '../../errors.ts';
import type { Accounts } from '../../services/identity/accounts.ts';
import type { Viewer } from '../../viewer.ts';
import { readSessionCookies } from './cookies.ts';
import { assertNotForged } from './csrf.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling, once `authenticate` has run. */
    viewer: Viewer | null;
  }
}

/** Gives every request a place for its caller, so that its shape never changes. */
export const viewers = fp<{ trustedOrigins: readonly string[] }>(
  async (app, { trustedOrigins }) => {
    app.decorate('trustedOrigins', trustedOrigins);
    app.decorateRequest('viewer', null);
  },
  { name: 'viewers' },
);

/** The token of an `Authorization: Bearer …` value (RFC 6750, 2.1). @throws GatewayError `UNAUTHENTICATED` */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  return token;
}

type Authenticator = Pick<Accounts, 'authenticate'>;

/**
 * Who is calling, by header or by cookie. The header wins, and whoever sends one is no victim of a forged request:
 * only programs can.
 */
export async function identify(accounts: Authenticator, request: FastifyRequest): Promise<Viewer> {
  const { authorization, cookie } = request.headers;
  const accessToken = authorization === undefined ? readSessionCookies(cookie).accessToken : undefined;
  if (accessToken !== undefined) assertNotForged(request);
  const viewer = await accounts.authenticate(accessToken ?? bearerToken(authorization));
  return { ...viewer, address: request.ip };
}

/** A hook that lets only signed-in callers through; everything wrong with a token answers alike. */
export function authenticate(accounts: Authenticator): onRequestAsyncHookHandler {
  return async (request) => {
    request.viewer = await identify(accounts, request);
  };
}

/** The caller of a route behind `authenticate`. @throws GatewayError `UNAUTHENTICATED` on any other route */
export function viewerOf(request: FastifyRequest): Viewer {
  if (!request.viewer) throw unauthenticated();
  return request.viewer;
}
