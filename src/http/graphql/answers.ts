import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { GatewayError, toGatewayError } from '../../errors.ts';

/**
 * An error as a client sees it: message, place, stable code. What was not expected shows as `INTERNAL`, and
 * the log has the rest under `requestId`.
 */
export const formatError = (
  error: GraphQLError,
  requestId: string,
  log: FastifyBaseLogger,
): GraphQLFormattedError => {
  const known = knownCause(error);
  if (known.code === 'INTERNAL') log.error({ err: known.cause ?? error, requestId }, 'a resolver failed');
  return {
    message: known.message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: { code: known.code, requestId, ...known.details },
  };
};

/** The expected failure behind an error of the GraphQL engine. */
const knownCause = (error: GraphQLError): GatewayError => {
  if (error.originalError instanceof GraphQLError) return knownCause(error.originalError);
  if (error.originalError) return toGatewayError(error.originalError);
  // No cause and no path: the engine refused the variables before anything ran.
  if (error.path === undefined) return new GatewayError('BAD_USER_INPUT', withoutValues(error.message));
  return new GatewayError('INTERNAL', undefined, {}, error);
};

/** The engine quotes what it was given; a refused secret must not travel back, or into a log. */
const withoutValues = (message: string): string =>
  message.replace(/got invalid value [\s\S]*?(?=( at "[^"]*")?; )/, 'got an invalid value');
