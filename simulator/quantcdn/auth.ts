import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './errors.ts';
import type { QuantCdnToken } from './tokens.ts';

/**
 * The token of `Authorization: Bearer <token>` (docs/upstream/quantcdn.md, Transport); empty text when there is
 * none.
 */
export function bearerOf(headers: IncomingHttpHeaders): string {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/**
 * Lets a good token of the organisation pass. An unknown organisation is refused like another token's, so that names
 * cannot be tried out (docs/upstream/quantcdn.md, Transport; assumed).
 */
export function admit(token: QuantCdnToken | undefined, organisation: string, wallMs: number): void {
  if (!token) throw new ApiError(401, 'Unauthenticated.');
  if (token.expiresMs !== undefined && token.expiresMs <= wallMs) throw new ApiError(401, 'Token expired.');
  const { scopes = ['ai:use'] } = token;
  if (!token.organisations.includes(organisation)) throw new ApiError(403, 'This action is unauthorized.');
  if (!scopes.includes('ai:use')) throw new ApiError(403, 'The token lacks the scope ai:use.');
}
