import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, GraphQLError } from 'graphql';
// Brings the type of `app.graphql`.
import type {} from 'mercurius';
import { GatewayError } from '../../../errors.ts';
import type { Services } from '../../../services/services.ts';
import { authenticate, viewerOf } from '../../plugins/authenticate.ts';
import { fromFramework } from '../../plugins/framework-errors.ts';
import { createContext } from '../context.ts';
import { GraphQLRequestError, type Prepare } from '../documents/prepare.ts';
import { type GraphQLRequest, operationTypeOf, readQueryString, readRequest } from '../documents/request.ts';
import { formatError } from '../format-error.ts';
import { addIncompletePaths } from '../incomplete-lists.ts';

const RESPONSE_JSON = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

/** What the route is made of. */
export interface GraphQLOverHttpDeps {
  services: Services;
  prepare: Prepare;
}

/** Serves queries and mutations as the GraphQL over HTTP specification says; subscriptions travel otherwise. */
export async function graphqlOverHttp(
  app: FastifyInstance,
  { services, prepare }: GraphQLOverHttpDeps,
): Promise<void> {
  app.addHook('onRequest', authenticate(services.accounts));
  app.addHook('onRequest', async (request, reply) => {
    if (wantsEvents(request)) return reply.redirect(request.url.replace('/graphql', '/graphql/stream'), 307);
  });
  app.setErrorHandler((error, request, reply) => replyWithErrors(error, request, reply));

  const answer = async (request: FastifyRequest, reply: FastifyReply, asked: GraphQLRequest) => {
    const { document, text } = prepare(asked);
    const operation = operationTypeOf(document, asked.operationName);
    if (operation === 'subscription') {
      throw new GatewayError(
        'GRAPHQL_VALIDATION_FAILED',
        'Subscriptions run over WebSocket, or as events at /graphql/stream',
      );
    }
    if (operation === 'mutation' && request.method === 'GET') {
      reply.header('allow', 'POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'Mutations need POST');
    }
    const context = createContext(viewerOf(request), services, operation);
    const result = await app.graphql(text, { ...context }, asked.variables, asked.operationName);
    return send(addIncompletePaths(result, context), request, reply);
  };

  app.get<{ Querystring: Record<string, unknown> }>('/graphql', (request, reply) =>
    answer(request, negotiated(request, reply), readQueryString(request.query)),
  );
  app.post('/graphql', (request, reply) =>
    answer(request, negotiated(request, reply), readRequest(request.body)),
  );
}

/** The media type the caller takes an answer in; undefined when it takes neither. */
function acceptedType({ headers }: FastifyRequest): string | undefined {
  const accepted = (headers.accept ?? '*/*')
    .split(',')
    .map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const named = [RESPONSE_JSON, JSON_TYPE].find((candidate) => accepted.includes(candidate));
  const takesAny = accepted.includes('*/*') || accepted.includes('application/*');
  return named ?? (takesAny ? JSON_TYPE : undefined);
}

/** True for clients that only take events, which are served next door; 307 keeps method, body and headers. */
function wantsEvents(request: FastifyRequest): boolean {
  return acceptedType(request) === undefined && /\btext\/event-stream\b/.test(request.headers.accept ?? '');
}

/** Sets the media type of the answer. @throws GatewayError `NOT_ACCEPTABLE` */
function negotiated(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const type = acceptedType(request);
  if (type !== undefined) return reply.type(`${type}; charset=utf-8`);
  throw new GatewayError('NOT_ACCEPTABLE', `Only ${RESPONSE_JSON} and ${JSON_TYPE} are served`);
}

/** A result of the engine. Without `data` nothing was run, which the newer media type says by a 400. */
function send(result: ExecutionResult, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const errors = result.errors?.map((error) => formatError(error, request.id, request.log));
  const { extensions } = result;
  const isRefusal =
    result.data === undefined || (errors !== undefined && result.data === null && isUnrun(result));
  if (!isRefusal) return reply.code(200).send({ ...(errors && { errors }), data: result.data, extensions });
  return reply.code(isNewType(reply) ? 400 : 200).send({ errors });
}

/** True when no error has a path: the engine refused the variables. */
function isUnrun(result: ExecutionResult): boolean {
  return result.errors?.every((error) => error.path === undefined) ?? false;
}

function isNewType(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith(RESPONSE_JSON);
}

/** Everything that fails before execution, in the shape GraphQL clients read. */
export function replyWithErrors(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Whatever was negotiated before the failure is gone: the framework forgets it with the failed answer.
  reply.type(`${acceptedType(request) ?? JSON_TYPE}; charset=utf-8`);
  const refusal = asRefusal(thrown);
  if (refusal !== undefined) {
    const errors = refusal.map((error) => formatError(error, request.id, request.log));
    return reply.code(isNewType(reply) ? 400 : 200).send({ errors });
  }
  const known = fromFramework(thrown);
  if (known.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  if (known.details.retryAfter !== undefined) reply.header('retry-after', known.details.retryAfter);
  const error = new GraphQLError(known.message, { originalError: known });
  return reply.code(known.statusCode).send({ errors: [formatError(error, request.id, request.log)] });
}

/** The errors of a document, or of variables, that was refused; undefined for every other failure. */
function asRefusal(thrown: unknown): readonly GraphQLError[] | undefined {
  if (thrown instanceof GraphQLRequestError) return thrown.errors;
  if (thrown instanceof GatewayError && thrown.code === 'GRAPHQL_VALIDATION_FAILED') {
    return [new GraphQLError(thrown.message, { originalError: thrown })];
  }
  // The engine gathers what is wrong with the variables in one error.
  const errors = thrown instanceof Error && 'errors' in thrown ? thrown.errors : undefined;
  return Array.isArray(errors) && errors.every((error) => error instanceof GraphQLError) ? errors : undefined;
}
