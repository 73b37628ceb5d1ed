import type { FastifyReply } from 'fastify';

/**
 * The cookies of a browser session. With the prefix `__Host-` browsers require `Secure`, `Path=/` and no `Domain`, so no
 * other host, not even one of the same site, can set or read them (RFC 10017, 6.1.3.2).
 */
export const ACCESS_COOKIE = '__Host-quantgate-access';
const REFRESH = '__Host-quantgate-refresh';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/** The tokens of a browser session. Scripts of a page cannot read them. */
export interface SessionCookies {
  accessToken?: string | undefined;
  refreshToken?: string | undefined;
}

/** Reads the session cookies of a `Cookie` header (RFC 6265, 4.2). Tokens have no characters that need decoding. */
export function readSessionCookies(header: string | undefined): SessionCookies {
  const cookie = (name: string): string | undefined =>
    header
      ?.split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1) || undefined;
  return { accessToken: cookie(ACCESS_COOKIE), refreshToken: cookie(REFRESH) };
}

/** Sets both cookies. The access cookie lasts as long as its token, the refresh cookie as long as the session. */
export function setSessionCookies(
  reply: FastifyReply,
  tokens: { accessToken: string; expiresIn: number; refreshToken: string },
  sessionSeconds: number,
): void {
  reply.header('set-cookie', [
    `${ACCESS_COOKIE}=${tokens.accessToken}; ${ATTRIBUTES}; Max-Age=${tokens.expiresIn}`,
    `${REFRESH}=${tokens.refreshToken}; ${ATTRIBUTES}; Max-Age=${sessionSeconds}`,
  ]);
}

/** Deletes both cookies. */
export function clearSessionCookies(reply: FastifyReply): void {
  reply.header(
    'set-cookie',
    [ACCESS_COOKIE, REFRESH].map((name) => `${name}=; ${ATTRIBUTES}; Max-Age=0`),
  );
}
