import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Origins, besides the gateway's own, whose pages may use session cookies. */
    trustedOrigins: readonly string[];
  }
}

/** Safe methods (RFC 9110, 9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** True for the gateway's own host and for the listed origins. */
export function isTrustedOrigin(
  origin: string,
  host: string | undefined,
  trusted: readonly string[],
): boolean {
  return trusted.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Refuses pages of other sites. Requests without `Origin` do not come from a page. @throws GatewayError `FORBIDDEN` */
export function assertTrustedOrigin({ headers, host, server }: FastifyRequest): void {
  const { origin } = headers;
  if (origin !== undefined && !isTrustedOrigin(origin, host, server.trustedOrigins)) {
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
