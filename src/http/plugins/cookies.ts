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

/** True when a browser session is named, be it only by its refresh cookie: browsers delete the access cookie when it expires. */
export function hasSessionCookie({ accessToken, refreshToken }: SessionCookies): boolean {
  return accessToken !== undefined || refreshToken !== undefined;
}

/** The tokens of a browser session, and for how long the browser keeps them, in seconds. */
export interface CookieTokens {
  accessToken: string;
  expiresIn: number;
  refreshToken: string;
  sessionSeconds: number;
}

/** The values of `Set-Cookie` for both cookies: one lasts as long as the access token, the other as long as the session. */
export function sessionCookiesOf(tokens: CookieTokens): string[] {
  return [
    `${ACCESS_COOKIE}=${tokens.accessToken}; ${ATTRIBUTES}; Max-Age=${tokens.expiresIn}`,
    `${REFRESH}=${tokens.refreshToken}; ${ATTRIBUTES}; Max-Age=${tokens.sessionSeconds}`,
  ];
}

/** Sets both cookies. */
export function setSessionCookies(reply: FastifyReply, tokens: CookieTokens): void {
  replaceCookies(reply, sessionCookiesOf(tokens));
}

/** Deletes both cookies. */
export function clearSessionCookies(reply: FastifyReply): void {
  replaceCookies(
    reply,
    [ACCESS_COOKIE, REFRESH].map((name) => `${name}=; ${ATTRIBUTES}; Max-Age=0`),
  );
}

/** Fastify would add to the cookies that were set before, as by a renewal. */
function replaceCookies(reply: FastifyReply, cookies: string[]): void {
  reply.removeHeader('set-cookie').header('set-cookie', cookies);
}
