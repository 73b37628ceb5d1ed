import { z } from 'zod';
import type { ListEventView } from '../../../services/ai-tasks/feeds.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmitDeps, admit } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { serve } from '../../sse/serve-stream.ts';
import { failed, namedAsResumption, resumedFrom } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import type { ZodApp } from '../zod-app.ts';
import { listEventChoice, listEventsDescribed, toListEventPageView, toListEventView } from './run-views.ts';
/** What happens in a list of AI tasks, in pages or pushed. */
export async function aiTaskListEventRoutes(
  app: ZodApp,
  deps: AdmitDeps & { services: Services },
): Promise<void> {
  const { aiTaskFeeds } = deps.services;
  app.addHook('onRequest', admit(deps, 'application/json', EVENT_STREAM));

  app.get(
    '/v1/ai-task-lists/:taskListId/events',
    {
      config: { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] },
      schema: {
        ...listEventsDescribed,
        params: z.object({ taskListId: z.string() }),
        querystring: listEventChoice,
      },
    },
    async (request, reply) => {
      const { first, ...where } = { ...request.query, ...request.params };
      const viewer = viewerOf(request);
      const { eventStream } = request;
      if (eventStream === null) {
        return reply.send(toListEventPageView(await aiTaskFeeds.page(viewer, { ...where, first })));
      }
      const cursor = resumedFrom(request);
      try {
        const items = await aiTaskFeeds.follow(viewer, { ...where, after: cursor ?? where.after ?? '0' });
        await serve(eventStream, { items, render, fail: failed(request), logger: request.log });
      } catch (error) {
        throw cursor !== undefined ? namedAsResumption(error) : error;
      }
      return reply;
    },
  );
}

function render(event: ListEventView): ServerSentEvent {
  return {
    id: event.id,
    event: event.kind,
    data: JSON.stringify(toListEventView(event)),
  };
}
