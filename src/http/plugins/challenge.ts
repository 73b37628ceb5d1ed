import { type GatewayError, InvalidTokenError } from '../../errors.ts';

/**
 * The `WWW-Authenticate` of a 401: the scheme alone when there was no token, and what was wrong with one that was
 * refused (RFC 6750, section 3).
 */
export function challengeOf(error: GatewayError): string {
  if (!(error instanceof InvalidTokenError)) return 'Bearer';
  return `Bearer error="invalid_token", error_description="${error.description}"`;
}
