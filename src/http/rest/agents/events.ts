import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DeploymentEventView, FeedRequest } from '../../../services/agents/feeds.ts';
import type { CredentialChoice } from '../../../services/common/connections.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { serveStream } from '../../sse/serve-stream.ts';
import { lastEventIdOf, renameCursorField, toErrorEvents } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import type { ZodApp } from '../zod-app.ts';
import { eventsQuery, eventsRouteSchema, toEventPageView } from './event-views.ts';

const config = { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] as const };

/** What is asked: which part of the log, from where on, how far. */
type Asked = FeedRequest & CredentialChoice & Omit<z.infer<typeof eventsQuery>, 'after'>;

/** The durable log, in pages or pushed (WHATWG HTML, 9.2). */
export async function eventRoutes(app: ZodApp, deps: AdmissionDeps & { services: Services }): Promise<void> {
  const { feeds } = deps.services;
  app.addHook('onRequest', admitStreams(deps, 'application/json', EVENT_STREAM));

  const answer = async (request: FastifyRequest, reply: FastifyReply, asked: Asked) => {
    const { first, ...where } = asked;
    const viewer = viewerOf(request);
    const { eventStream } = request;
    if (eventStream === null)
      return reply.send(toEventPageView(await feeds.page(viewer, { ...where, first })));

    const cursor = lastEventIdOf(request);
    const untilTerminal = asked.untilTerminal === 'true';
    const after = cursor ?? asked.after ?? '0';
    try {
      const isResumption = untilTerminal && cursor !== undefined;
      if (isResumption && (await feeds.isComplete(viewer, { ...where, after })))
        return reply.code(204).send();
      const items = await feeds.follow(viewer, { ...where, after, untilTerminal });
      await serveStream(eventStream, {
        items,
        toServerSentEvent,
        toErrorEvents: toErrorEvents(request),
        logger: request.log,
      });
    } catch (error) {
      throw cursor !== undefined ? renameCursorField(error) : error;
    }
    return reply;
  };

  app.get(
    '/v1/deployments/:deploymentId/events',
    {
      config,
      schema: {
        ...eventsRouteSchema('Read or follow the events of a deployment'),
        params: z.object({ deploymentId: z.string() }),
        querystring: eventsQuery,
      },
    },
    (request, reply) => answer(request, reply, { ...request.query, ...request.params }),
  );

  app.get(
    '/v1/events',
    {
      config,
      schema: {
        ...eventsRouteSchema("Read or follow all of the caller's events, or those of one task"),
        querystring: eventsQuery.extend({ taskId: z.string().optional() }),
      },
    },
    (request, reply) => answer(request, reply, request.query),
  );
}

function toServerSentEvent(event: DeploymentEventView): ServerSentEvent {
  return { id: event.id, event: event.type, data: JSON.stringify(event) };
}
