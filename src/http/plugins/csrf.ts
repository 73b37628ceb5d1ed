import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Origins besides the gateway's own whose pages may use a browser's session. */
    trustedOrigins: readonly string[];
  }
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** True for a page of the gateway's own host, or of a listed origin. */
export function isTrustedOrigin(
  origin: string,
  host: string | undefined,
  trusted: readonly string[],
): boolean {
  return trusted.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Refuses other sites' pages; no `Origin` means no page. @throws GatewayError `FORBIDDEN` */
export function assertTrustedOrigin({ headers, host, server }: FastifyRequest): void {
  const { origin } = headers;
  if (origin !== undefined && !isTrustedOrigin(origin, host, server.trustedOrigins)) {
    throw new GatewayError('FORBIDDEN', 'Pages of this origin may not do that');
  }
}

/**
 * Refuses a request by cookie that another site's page may have caused: browsers attach cookies by themselves, but
 * no foreign page can add a header of its own, and none can hide its origin. @throws GatewayError `FORBIDDEN`
 */
export function assertNotForged(request: FastifyRequest): void {
  if (SAFE_METHODS.includes(request.method)) return;
  if (request.headers['x-csrf'] !== '1') {
    throw new GatewayError('FORBIDDEN', 'The header X-CSRF: 1 is missing');
  }
  assertTrustedOrigin(request);
}
