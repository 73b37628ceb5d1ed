import { z } from 'zod';
import { memoByObject } from '../../../lib/lru.ts';
import type { ListEventPage, ListEventView } from '../../../services/ai-tasks/feeds.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { lastEventIdHeader, pageOrStream, replyWithEventLog } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import { eventLogQuery, pageInfo } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { aiTaskRun, listedAiTask, listRun, toListedAiTaskView } from './views.ts';

/** A list run as events have it: without its runs, so that an event does not grow with the list. */
const listRunChange = listRun
  .extend({
    changed: aiTaskRun
      .nullable()
      .describe('The run that started or changed; null when only the list run itself changed'),
  })
  .meta({ id: 'AiTaskListRunChange' });

/** An event of a list, as an item of a page and as the data of a stream. */
const listEvent = z
  .object({
    id: z.string().describe('The cursor of the event'),
    kind: z
      .enum(['TASK', 'TASK_GONE', 'LIST_RUN'])
      .describe(
        'A task as it is now; a task that has left the list, as it was last read; or the run of the list',
      ),
    occurredAt: z.string().describe('When the gateway read it; ISO 8601, UTC'),
    task: listedAiTask.optional(),
    run: listRunChange.optional(),
  })
  .meta({ id: 'AiTaskListEvent' });

const listEventPage = z
  .object({
    events: z.array(listEvent),
    pageInfo,
    endCursor: z.string().describe('That of `pageInfo`'),
    hasNextPage: z.boolean().describe('That of `pageInfo`'),
  })
  .meta({ id: 'AiTaskListEventPage' });

/** The events of a list of AI tasks, as pages or as an event stream. */
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
        operationId: 'followAiTaskListEvents',
        tags: ['events'],
        summary: 'Read or follow the events of a list of AI tasks: changes of its tasks and of its run',
        description:
          `Without \`Accept: ${EVENT_STREAM}\` the answer is a page of the log as JSON, without a call upstream; with it, ` +
          'a stream of the log and then of new events. A list is polled only while it is followed, once per interval for ' +
          'all its followers. The name of each event is its `kind`, and its id is the cursor to resume with: the same ' +
          'cursor as that of the events of deployments. A `LIST_RUN` has the counts of the started runs and the one that ' +
          '`changed`; `GET …/run` has all of them. `event: error` has a problem document and is the last event. A stream ' +
          'ends when its token expires; `EventSource` then reconnects by itself.',
        headers: lastEventIdHeader,
        params: z.object({ taskListId: z.string() }),
        querystring: eventLogQuery,
        response: { 200: pageOrStream(listEventPage) },
      },
    },
    async (request, reply) => {
      const { first, ...filter } = { ...request.query, ...request.params };
      const viewer = viewerOf(request);
      if (request.eventStream === null) {
        return reply.send(toListEventPageView(await aiTaskFeeds.page(viewer, { ...filter, first })));
      }
      return replyWithEventLog(request, reply, request.eventStream, {
        after: filter.after,
        follow: (after) => aiTaskFeeds.follow(viewer, { ...filter, after }),
        toServerSentEvent,
      });
    },
  );
}

/** An event with the fields of the schema only. */
function toListEventView(event: ListEventView): z.infer<typeof listEvent> {
  return listEvent.parse('task' in event ? { ...event, task: toListedAiTaskView(event.task) } : event);
}

function toListEventPageView({
  nodes,
  endCursor,
  hasNextPage,
}: ListEventPage): z.infer<typeof listEventPage> {
  return { events: nodes.map(toListEventView), pageInfo: { hasNextPage, endCursor }, endCursor, hasNextPage };
}

/** The same event for all streams that get the same view. */
const toServerSentEvent = memoByObject(
  (event: ListEventView): ServerSentEvent => ({
    id: event.id,
    event: event.kind,
    data: JSON.stringify(toListEventView(event)),
  }),
);
