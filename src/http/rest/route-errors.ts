import type { ErrorCode } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The errors that this route may answer, beside those of every route; for the OpenAPI document. */
    errors?: readonly ErrorCode[];
  }
}

/** Errors of every route. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'BAD_USER_INPUT',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
];

/** Errors of every route that requires a token. */
export const SIGNED_IN_ERRORS: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN'];

/** Errors of every route that calls an upstream. */
export const UPSTREAM_ERRORS: readonly ErrorCode[] = [
  'NOT_FOUND',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_REJECTED',
  'UPSTREAM_REJECTED',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_NO_CAPACITY',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BAD_RESPONSE',
];

/** Errors of every route that accepts an idempotency key. */
export const IDEMPOTENT_ERRORS: readonly ErrorCode[] = [...UPSTREAM_ERRORS, 'CONFLICT', 'OUTCOME_UNKNOWN'];
