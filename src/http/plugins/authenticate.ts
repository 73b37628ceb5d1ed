import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { unauthenticated } from '../../errors.ts';
import type { Accounts } from '../../services/accounts.ts';
import type { Viewer } from '../../viewer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling, once `authenticate` has run. */
    viewer: Viewer | null;
  }
}

/** Gives every request a place for its caller, so that its shape never changes. */
export const viewers = fp(
  async (app) => {
    app.decorateRequest('viewer', null);
  },
  { name: 'viewers' },
);

/** The token of an `Authorization: Bearer …` value (RFC 6750, 2.1). @throws GatewayError `UNAUTHENTICATED` */
export const bearerToken = (authorization: string | undefined): string => {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  return token;
};

/** A hook that lets only signed-in callers through; everything wrong with a token answers alike. */
export const authenticate =
  (accounts: Pick<Accounts, 'authenticate'>): onRequestAsyncHookHandler =>
  async (request) => {
    request.viewer = await accounts.authenticate(bearerToken(request.headers.authorization));
  };

/** The caller of a route behind `authenticate`. @throws GatewayError `UNAUTHENTICATED` on any other route */
export const viewerOf = (request: FastifyRequest): Viewer => {
  if (!request.viewer) throw unauthenticated();
  return request.viewer;
};
