import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { GatewayError } from '../../../errors.ts';
import type { Services } from '../../../services/services.ts';
import { authenticate, viewerOf } from '../../plugins/authenticate.ts';
import { challengeOf } from '../../plugins/challenge.ts';
import { fromFramework } from '../../plugins/framework-errors.ts';
import type { Places } from '../../plugins/places.ts';
import { takePlace } from '../../plugins/take-place.ts';
import { GraphQLRequestError, type Prepare } from '../documents/prepare.ts';
import { type GraphQLRequest, operationTypeOf, readQueryString, readRequest } from '../documents/request.ts';
import type { Executor } from '../execution/executor.ts';
import { noteOperation, withShownCalls } from '../execution/noted-operation.ts';
import { formatError, toRequestErrors } from '../format-error.ts';

const RESPONSE_JSON = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

export interface GraphQLOverHttpDeps {
  services: Services;
  prepare: Prepare;
  executor: Executor;
  places: Places;
}

/** Serves queries and mutations (GraphQL over HTTP). Subscriptions need a WebSocket or an event stream. */
export async function graphqlOverHttp(
  app: FastifyInstance,
  { services, prepare, executor, places }: GraphQLOverHttpDeps,
): Promise<void> {
  app.addHook('onRequest', authenticate(services));
  app.addHook('onRequest', (request, reply, done) => {
    if (wantsEvents(request)) reply.redirect(request.url.replace('/graphql', '/graphql/stream'), 307);
    else done();
  });
  app.setErrorHandler((error, request, reply) => replyWithErrors(error, request, reply));

  const answer = async (request: FastifyRequest, reply: FastifyReply, params: GraphQLRequest) => {
    const prepared = prepare(params);
    const type = operationTypeOf(prepared.document, params.operationName);
    if (type === 'subscription') {
      throw new GatewayError(
        'GRAPHQL_VALIDATION_FAILED',
        'Subscriptions run over WebSocket, or as events at /graphql/stream',
      );
    }
    if (type === 'mutation' && request.method !== 'POST') {
      reply.header('allow', 'POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'Mutations need POST');
    }
    noteOperation(request, { ...params, ...prepared });
    request.mayHaveActed = type === 'mutation';
    const place = await takePlace(places, request, reply);
    const viewer = viewerOf(request);
    const outcome = await executor.run({ ...params, ...prepared, type, viewer, place });
    const result = 'refusal' in outcome ? { errors: toRequestErrors(outcome.refusal) } : outcome.result;
    return send(withShownCalls(result, request.record), request, reply);
  };

  app.get<{ Querystring: Record<string, unknown> }>('/graphql', (request, reply) =>
    answer(request, negotiate(request, reply), readQueryString(request.query)),
  );
  app.post('/graphql', (request, reply) =>
    answer(request, negotiate(request, reply), readRequest(request.body)),
  );
}

/** The media type of the answer that the caller accepts; undefined when it accepts neither. */
function acceptedType({ headers }: FastifyRequest): string | undefined {
  const accepted = (headers.accept ?? '*/*')
    .split(',')
    .map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const named = [RESPONSE_JSON, JSON_TYPE].find((candidate) => accepted.includes(candidate));
  const acceptsAny = accepted.includes('*/*') || accepted.includes('application/*');
  return named ?? (acceptsAny ? JSON_TYPE : undefined);
}

/** True for clients that accept event streams only. They are redirected with 307, which keeps method and body. */
function wantsEvents(request: FastifyRequest): boolean {
  return acceptedType(request) === undefined && /\btext\/event-stream\b/.test(request.headers.accept ?? '');
}

/** Sets the media type of the answer. @throws GatewayError `NOT_ACCEPTABLE` */
function negotiate(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const type = acceptedType(request);
  if (type !== undefined) return reply.type(`${type}; charset=utf-8`);
  throw new GatewayError('NOT_ACCEPTABLE', `Only ${RESPONSE_JSON} and ${JSON_TYPE} are served`);
}

/** Sends a result. When nothing was executed, the status is 400 for the newer media type and 200 for `application/json`. */
function send(result: ExecutionResult, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const errors = result.errors?.map((error) => formatError(error, request));
  const { extensions } = result;
  const isRequestError =
    result.data === undefined || (errors !== undefined && result.data === null && isUnexecuted(result));
  if (!isRequestError)
    return reply.code(200).send({ ...(errors && { errors }), data: result.data, extensions });
  return reply.code(hasResponseType(reply) ? 400 : 200).send({ errors });
}

/** True when no error has a path: the engine refused the variables before it executed a field. */
function isUnexecuted(result: ExecutionResult): boolean {
  return result.errors?.every((error) => error.path === undefined) ?? false;
}

function hasResponseType(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith(RESPONSE_JSON);
}

/** Answers a request that failed before execution, in the format of GraphQL clients. */
export function replyWithErrors(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Fastify drops the headers of the failed answer, so the media type is set again.
  reply.type(`${acceptedType(request) ?? JSON_TYPE}; charset=utf-8`);
  const requestErrors = findRequestErrors(thrown);
  if (requestErrors !== undefined) {
    const errors = requestErrors.map((error) => formatError(error, request));
    return reply.code(hasResponseType(reply) ? 400 : 200).send({ errors });
  }
  const known = fromFramework(thrown);
  if (known.code === 'UNAUTHENTICATED') reply.header('www-authenticate', challengeOf(known));
  if (known.details.retryAfter !== undefined) reply.header('retry-after', known.details.retryAfter);
  const error = new GraphQLError(known.message, { originalError: known });
  return reply.code(known.statusCode).send({ errors: [formatError(error, request)] });
}

/** The errors of an invalid document or of invalid variables; undefined for any other failure. */
function findRequestErrors(thrown: unknown): readonly GraphQLError[] | undefined {
  if (thrown instanceof GraphQLRequestError) return thrown.errors;
  if (thrown instanceof GatewayError && thrown.code === 'GRAPHQL_VALIDATION_FAILED') {
    return [new GraphQLError(thrown.message, { originalError: thrown })];
  }
  return undefined;
}
