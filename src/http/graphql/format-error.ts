import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, GatewayError, toGatewayError } from '../../errors.ts';
import type { RequestRecord } from '../plugins/request-log.ts';
import { GraphQLRequestError } from './documents/prepare.ts';

/** The request, or the operation over a socket, that an error is answered to. */
export interface ErrorContext {
  id: string;
  log: FastifyBaseLogger;
  record: RequestRecord | null;
}

/**
 * Formats an error for a client: message, path, locations and stable code (docs/guide/errors.md, GraphQL). An unexpected
 * error is sent as `INTERNAL`; its cause is logged under the same `requestId`.
 */
export function formatError(
  error: GraphQLError,
  { id: requestId, log: logger, record }: ErrorContext,
): GraphQLFormattedError {
  const known = toKnownError(error);
  record?.noteError(known);
  if (known.code === 'INTERNAL') logger.error({ err: known.cause ?? error, requestId }, 'resolver failed');
  return {
    message: known.message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: { code: known.code, requestId, ...known.details },
  };
}

/** The code that a client gets for a thrown error. */
export function toErrorCode(error: unknown): ErrorCode {
  return error instanceof GraphQLError ? toKnownError(error).code : toGatewayError(error).code;
}

/** The `GatewayError` inside an error of the GraphQL engine, which wraps it once or twice. */
function toKnownError(error: GraphQLError): GatewayError {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  if (cause instanceof GatewayError) return cause;
  // Without cause and path it is the engine's refusal of a variable. Its message quotes the value, which may be a secret.
  if (cause instanceof GraphQLError && error.path === undefined) {
    return new GatewayError('BAD_USER_INPUT', 'The variables are not valid');
  }
  return new GatewayError('INTERNAL', undefined, {}, cause);
}

/** The errors because of which an operation is not executed. @throws any unexpected error, unchanged */
export function toRequestErrors(error: unknown): readonly GraphQLError[] {
  if (error instanceof GraphQLRequestError) return error.errors;
  if (error instanceof GatewayError) return [new GraphQLError(error.message, { originalError: error })];
  throw error;
}
