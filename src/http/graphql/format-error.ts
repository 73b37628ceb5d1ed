import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../../errors.ts';
import { GraphQLRequestError } from './documents/prepare.ts';

/**
 * An error as a client sees it: message, place, stable code. What was not expected shows as `INTERNAL`, and
 * the log has the rest under `requestId`.
 */
export function formatError(
  error: GraphQLError,
  requestId: string,
  log: FastifyBaseLogger,
): GraphQLFormattedError {
  const known = knownCause(error);
  if (known.code === 'INTERNAL') log.error({ err: known.cause ?? error, requestId }, 'a resolver failed');
  return {
    message: known.message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: { code: known.code, requestId, ...known.details },
  };
}

/** The expected failure behind an error of the GraphQL engine, which wraps it, sometimes twice. */
function knownCause(error: GraphQLError): GatewayError {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  if (cause instanceof GatewayError) return cause;
  // No cause and no path: the engine refused the variables. It quotes them, and a secret must not travel back.
  if (cause instanceof GraphQLError && error.path === undefined) {
    return new GatewayError('BAD_USER_INPUT', 'The variables are not valid');
  }
  return new GatewayError('INTERNAL', undefined, {}, cause);
}

/** Why an operation is not run, in the engine's terms. @throws what nobody expected, as it is */
export function toRequestErrors(error: unknown): readonly GraphQLError[] {
  if (error instanceof GraphQLRequestError) return error.errors;
  if (error instanceof GatewayError) return [new GraphQLError(error.message, { originalError: error })];
  throw error;
}
