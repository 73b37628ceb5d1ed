import type { ErrorCode } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What else than the errors of every route this one may answer; goes into the OpenAPI document. */
    errors?: readonly ErrorCode[];
  }
}

/** Every route may answer these. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'BAD_USER_INPUT',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
];

/** Every route behind a token may answer these. */
export const SIGNED_IN_ERRORS: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN'];

/** Every route that asks the upstream may answer these. */
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

/** Every route that honors an idempotency key may answer these besides. */
export const IDEMPOTENT_ERRORS: readonly ErrorCode[] = [...UPSTREAM_ERRORS, 'CONFLICT', 'OUTCOME_UNKNOWN'];
