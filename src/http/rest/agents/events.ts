import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { EventPage, FeedRequest } from '../../../services/agents/feeds.ts';
import type { CredentialChoice } from '../../../services/common/connections.ts';
import type { Services } from '../../../services/services.ts';
import type { Viewer } from '../../../viewer.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { serveStream } from '../../sse/serve-stream.ts';
import { lastEventIdOf, renameCursorField, toErrorEvents } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import type { ZodApp } from '../zod-app.ts';
import { eventsQuery, eventsRouteSchema, toEventPageView, toEventView } from './event-views.ts';

const config = { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] as const };

/** What is asked: which part of the log, from where on, how far. */
type Asked = FeedRequest & CredentialChoice & Omit<z.infer<typeof eventsQuery>, 'after'>;

/** The durable log, in pages or pushed (WHATWG HTML, 9.2). */
export async function eventRoutes(app: ZodApp, deps: AdmissionDeps & { services: Services }): Promise<void> {
  const { feeds, deployments } = deps.services;
  app.addHook('onRequest', admitStreams(deps, 'application/json', EVENT_STREAM));

  /** True when a deployment has ended and a reader at this cursor has heard all of it. */
  const hasToldAll = async (
    viewer: Viewer,
    deploymentId: FeedRequest['deploymentId'],
    after: string,
  ): Promise<boolean> => {
    if (deploymentId == null) return false;
    const { nodes } = await feeds.page(viewer, { deploymentId, after, first: 1 });
    if (nodes.length > 0) return false;
    const last = await deployments.getCached(viewer, deploymentId);
    // In the log, and not to be seen any more: it was deleted.
    return last === null || last.isTerminal;
  };

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
      const isBack = untilTerminal && cursor !== undefined;
      if (isBack && (await hasToldAll(viewer, asked.deploymentId, after))) return reply.code(204).send();
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

function toServerSentEvent(row: EventPage['nodes'][number]): ServerSentEvent {
  const event = toEventView(row);
  return { id: event.id, event: event.type, data: JSON.stringify(event) };
}
