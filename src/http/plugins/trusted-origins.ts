import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { GatewayError } from '../../errors.ts';
import { normalizeOrigin, ownOriginsOf, withPort } from '../../lib/net/public-url.ts';

/** The origins whose pages may call the gateway, open sockets and use session cookies. */
export interface TrustedOrigins {
  /**
   * True for the gateway's own origin and for those of `CORS_ORIGINS`: scheme, host and port have to be equal (RFC 6454,
   * section 5). The `Host` of a request does not count, because the client chooses it.
   */
  has(origin: string): boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The only place that decides about an `Origin`, for requests and for upgrades to sockets. */
    trustedOrigins: TrustedOrigins;
    /** Where clients reach the gateway. With `PORT=0` the port is known once the server listens. */
    publicUrl(): string;
  }
}

export interface TrustedOriginsOptions {
  /** Where clients reach the gateway. On the loopback, its other names are the gateway's own too. */
  publicUrl: string;
  corsOrigins: readonly string[];
}

/** Declares which pages are trusted, and where clients reach the gateway. */
export const trustedOrigins = fp<TrustedOriginsOptions>(
  async (app, { publicUrl, corsOrigins }) => {
    const currentUrl = (): string => {
      const address = app.server.address() as AddressInfo | null;
      return withPort(publicUrl, address?.port);
    };
    app.decorate('publicUrl', currentUrl);
    app.decorate('trustedOrigins', {
      has(origin) {
        const normalized = normalizeOrigin(origin);
        if (normalized === undefined) return false;
        return corsOrigins.includes(normalized) || ownOriginsOf(currentUrl()).includes(normalized);
      },
    });
  },
  { name: 'trusted-origins' },
);

/** Safe methods (RFC 9110, 9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Refuses pages of other sites. Requests without `Origin` do not come from a page. @throws GatewayError `FORBIDDEN` */
export function assertTrustedOrigin({ headers, server }: FastifyRequest): void {
  const { origin } = headers;
  if (origin !== undefined && !server.trustedOrigins.has(origin)) {
    throw new GatewayError('FORBIDDEN', 'Pages of this origin may not do that');
  }
}

/**
 * Refuses a request with a session cookie that a page of another site may have sent. Browsers add cookies to such requests
 * too, but the page cannot set a custom header without a CORS preflight, and cannot change its `Origin`.
 * @throws GatewayError `FORBIDDEN`
 */
export function assertNotForged(request: FastifyRequest): void {
  if (SAFE_METHODS.includes(request.method)) return;
  if (request.headers['x-csrf'] !== '1') {
    throw new GatewayError('FORBIDDEN', 'The header X-CSRF: 1 is missing');
  }
  assertTrustedOrigin(request);
}

/**
 * Refuses a sign-in by cookie whose cookies the browser would drop: they are `SameSite=Strict`, and the page is of another
 * site (W3C Fetch Metadata, section 2.3). @throws GatewayError `FORBIDDEN`
 */
export function assertKeepsCookies({ headers }: FastifyRequest): void {
  if (headers['sec-fetch-site'] !== 'cross-site') return;
  throw new GatewayError(
    'FORBIDDEN',
    'The browser does not keep session cookies for a page of another site; serve the page from the site of the gateway, or sign in with "session": "token"',
  );
}
