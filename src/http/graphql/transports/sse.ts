import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { GatewayError, isGatewayError, toGatewayError } from '../../../errors.ts';
import { memoByObject } from '../../../lib/lru.ts';
import type { Metrics } from '../../../lib/metrics/metrics.ts';
import type { Services } from '../../../services/services.ts';
import { authenticate, viewerOf } from '../../plugins/authenticate.ts';
import type { Places } from '../../plugins/places.ts';
import { takePlace } from '../../plugins/take-place.ts';
import { type AdmissionDeps, admitStreams, streamOf } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { COMPLETE, serveStream } from '../../sse/serve-stream.ts';
import type { Prepare } from '../documents/prepare.ts';
import { type GraphQLRequest, operationTypeOf, readQueryString, readRequest } from '../documents/request.ts';
import type { Executor } from '../execution/executor.ts';
import { noteOperation, withShownCalls } from '../execution/noted-operation.ts';
import { jsonOf } from '../execution/shared-results.ts';
import { formatError, toRequestErrors } from '../format-error.ts';
import { replyWithErrors } from './http.ts';

export interface GraphQLOverSseDeps extends AdmissionDeps {
  services: Services;
  prepare: Prepare;
  executor: Executor;
  places: Places;
  metrics: Metrics;
}

type Results = AsyncIterator<ExecutionResult, unknown, unknown>;

/**
 * Serves each operation as an event stream of its own ("distinct connections mode" of GraphQL over SSE). Errors of an
 * operation are sent as a result, because `EventSource` gives its user no access to the body of another answer.
 */
export async function graphqlOverSse(app: FastifyInstance, deps: GraphQLOverSseDeps): Promise<void> {
  const { services, prepare, executor, places, metrics } = deps;
  let subscriptions = 0;
  metrics.subscriptions.read(() => [{ labels: {}, value: subscriptions }]);
  app.addHook('onRequest', authenticate(services));
  app.addHook('onRequest', admitStreams(deps, EVENT_STREAM));
  app.setErrorHandler((error, request, reply) => replyWithErrors(error, request, reply));

  const run = async (
    request: FastifyRequest,
    reply: FastifyReply,
    read: () => GraphQLRequest,
  ): Promise<Results> => {
    const params = read();
    const prepared = prepare(params);
    const type = operationTypeOf(prepared.document, params.operationName);
    if (type === 'mutation' && request.method !== 'POST') {
      reply.header('allow', 'POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'Mutations need POST');
    }
    noteOperation(request, { ...params, ...prepared });
    request.mayHaveActed = type === 'mutation';
    const operation = { ...params, ...prepared, type, viewer: viewerOf(request) };
    if (type === 'subscription') {
      const results = await executor.subscribe(operation);
      if (!(Symbol.asyncIterator in results)) return single(results);
      if (!reply.raw.closed) {
        subscriptions += 1;
        reply.raw.once('close', () => {
          subscriptions -= 1;
        });
      }
      return results;
    }
    streamOf(request).expectOneResult();
    const place = await takePlace(places, request, reply);
    const outcome = await executor.run({ ...operation, place });
    const result = 'refusal' in outcome ? { errors: toRequestErrors(outcome.refusal) } : outcome.result;
    return single(withShownCalls(result, request.record));
  };

  const answer = async (request: FastifyRequest, reply: FastifyReply, read: () => GraphQLRequest) => {
    const stream = streamOf(request);
    const toServerSentEvent = (result: ExecutionResult): ServerSentEvent => {
      const { errors, ...rest } = result;
      if (errors === undefined) return toNextEvent(result);
      return { event: 'next', data: JSON.stringify({ errors: format(errors), ...rest }) };
    };
    const format = (errors: readonly GraphQLError[]) => errors.map((error) => formatError(error, request));
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
      onSent: () => metrics.deliveries.add({ transport: 'sse' }),
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

/** A result without errors; the same event for all who get the same result. */
const toNextEvent = memoByObject(
  (result: ExecutionResult): ServerSentEvent => ({ event: 'next', data: jsonOf(result) }),
);

/** An iterator of one result, for queries, mutations and errors. */
const single = async function* (result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
};
