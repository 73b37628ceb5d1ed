import { z } from 'zod';
import type { ListEventView } from '../../../services/ai-tasks/feeds.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { serveStream } from '../../sse/serve-stream.ts';
import { lastEventIdOf, renameCursorField, toErrorEvents } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import type { ZodApp } from '../zod-app.ts';
import { listEventsQuery, listEventsRouteSchema, toListEventPageView, toListEventView } from './run-views.ts';
/** What happens in a list of AI tasks, in pages or pushed. */
export async function aiTaskListEventRoutes(
  app: ZodApp,
  deps: AdmissionDeps & { services: Services },
): Promise<void> {
  const { aiTaskFeeds } = deps.services;
  app.addHook('onRequest', admitStreams(deps, 'application/json', EVENT_STREAM));

  app.get(
    '/v1/ai-task-lists/:taskListId/events',
    {
      config: { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] },
      schema: {
        ...listEventsRouteSchema,
        params: z.object({ taskListId: z.string() }),
        querystring: listEventsQuery,
      },
    },
    async (request, reply) => {
      const { first, ...where } = { ...request.query, ...request.params };
      const viewer = viewerOf(request);
      const { eventStream } = request;
      if (eventStream === null) {
        return reply.send(toListEventPageView(await aiTaskFeeds.page(viewer, { ...where, first })));
      }
      const cursor = lastEventIdOf(request);
      try {
        const items = await aiTaskFeeds.follow(viewer, { ...where, after: cursor ?? where.after ?? '0' });
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
    },
  );
}

function toServerSentEvent(event: ListEventView): ServerSentEvent {
  return {
    id: event.id,
    event: event.kind,
    data: JSON.stringify(toListEventView(event)),
  };
}
