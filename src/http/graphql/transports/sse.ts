import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema, subscribe } from 'graphql';
import { GatewayError, isGatewayError, toGatewayError } from '../../../errors.ts';
import type { Services } from '../../../services/services.ts';
import { authenticate, viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams, streamOf } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { COMPLETE, serveStream } from '../../sse/serve-stream.ts';
import { createContext } from '../context.ts';
import type { Prepare } from '../documents/prepare.ts';
import { type GraphQLRequest, operationTypeOf, readQueryString, readRequest } from '../documents/request.ts';
import { formatError, toRequestErrors } from '../format-error.ts';
import { addIncompletePaths } from '../incomplete-lists.ts';
import { replyWithErrors } from './http.ts';

export interface GraphQLOverSseDeps extends AdmissionDeps {
  schema: GraphQLSchema;
  services: Services;
  prepare: Prepare;
}

type Results = AsyncIterator<ExecutionResult, unknown, unknown>;

/**
 * Serves each operation as an event stream of its own ("distinct connections mode" of GraphQL over SSE). Errors of an
 * operation are sent as a result, because `EventSource` gives its user no access to the body of another answer.
 */
export async function graphqlOverSse(app: FastifyInstance, deps: GraphQLOverSseDeps): Promise<void> {
  const { schema, services, prepare } = deps;
  app.addHook('onRequest', authenticate(services.accounts));
  app.addHook('onRequest', admitStreams(deps, EVENT_STREAM));
  app.setErrorHandler((error, request, reply) => replyWithErrors(error, request, reply));

  const run = async (
    request: FastifyRequest,
    reply: FastifyReply,
    read: () => GraphQLRequest,
  ): Promise<Results> => {
    const params = read();
    const { document } = prepare(params);
    const operation = operationTypeOf(document, params.operationName);
    if (operation === 'mutation' && request.method !== 'POST') {
      reply.header('allow', 'POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'Mutations need POST');
    }
    request.mayHaveActed = operation === 'mutation';
    if (operation !== 'subscription') streamOf(request).expectOneResult();
    const context = createContext(viewerOf(request), services, operation);
    const outcome = await (operation === 'subscription' ? subscribe : execute)({
      schema,
      document,
      operationName: params.operationName,
      variableValues: params.variables,
      contextValue: context,
    });
    return Symbol.asyncIterator in outcome ? outcome : single(addIncompletePaths(outcome, context));
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply, read: () => GraphQLRequest) => {
    const stream = streamOf(request);
    const toServerSentEvent = ({ errors, ...rest }: ExecutionResult): ServerSentEvent => ({
      event: 'next',
      data: JSON.stringify({ ...(errors && { errors: format(errors) }), ...rest }),
    });
    const format = (errors: readonly GraphQLError[]) =>
      errors.map((error) => formatError(error, request.id, request.log));
    // The session was revoked, or the client left, while the body was read.
    if (stream.ended.aborted) return stream.start();
    const items = await run(request, reply, read).catch((error: unknown) => {
      if (isGatewayError(error, 'METHOD_NOT_ALLOWED')) throw error;
      return single({ errors: toRequestErrors(error) });
    });
    await serveStream(stream, {
      items,
      toServerSentEvent,
      toErrorEvents: (error) => [
        toServerSentEvent({ errors: toRequestErrors(toGatewayError(error)) }),
        COMPLETE,
      ],
      logger: request.log,
    });
    return reply;
  };

  app.get<{ Querystring: Record<string, unknown> }>(
    '/graphql/stream',
    { exposeHeadRoute: false },
    (request, reply) => answer(request, reply, () => readQueryString(request.query)),
  );
  app.post('/graphql/stream', (request, reply) => answer(request, reply, () => readRequest(request.body)));
}

/** An iterator of one result, for queries, mutations and errors. */
const single = async function* (result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
};
