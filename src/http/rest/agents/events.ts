import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { memoByObject } from '../../../lib/lru.ts';
import type { DeploymentEventView, EventPage, FeedRequest } from '../../../services/agents/feeds.ts';
import type { CredentialChoice } from '../../../services/common/connections.ts';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { type AdmissionDeps, admitStreams } from '../../sse/admit.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../../sse/frame.ts';
import { lastEventIdHeader, pageOrStream, replyWithEventLog } from '../event-log-stream.ts';
import { UPSTREAM_ERRORS } from '../route-errors.ts';
import { eventLogQuery, pageInfo } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { status } from './views.ts';

/** An event of the log, as an item of a page and as the data of a stream. */
const event = z
  .object({
    id: z.string().describe('The cursor of the event'),
    type: z.enum([
      'CREATED',
      'STATUS_CHANGED',
      'PROMPTED',
      'GUARD_WARNED',
      'GUARD_TRIPPED',
      'BUDGET_WARNED',
      'BUDGET_REACHED',
      'DELETED',
      'WATCH_DEGRADED',
      'WATCH_RECOVERED',
    ]),
    deploymentId: z.string(),
    taskId: z.string().nullable(),
    status,
    previousStatus: status.nullable(),
    rawStatus: z.string(),
    occurredAt: z.string().describe('ISO 8601, UTC'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'DeploymentEvent' });

const eventPage = z
  .object({
    events: z.array(event),
    pageInfo,
    endCursor: z.string().describe('That of `pageInfo`'),
    hasNextPage: z.boolean().describe('That of `pageInfo`'),
  })
  .meta({ id: 'DeploymentEventPage' });

const eventsQuery = eventLogQuery.extend({
  untilTerminal: z
    .enum(['true', 'false'])
    .optional()
    .describe('With `true` a stream ends with `event: complete` when all its deployments have ended'),
});

/** What is read: a part of the log, from a cursor on. */
type EventsInput = FeedRequest & CredentialChoice & Omit<z.infer<typeof eventsQuery>, 'after'>;

const config = { errors: [...UPSTREAM_ERRORS, 'NOT_ACCEPTABLE', 'CURSOR_EXPIRED'] as const };

/** The event log of deployments, as pages or as an event stream (WHATWG HTML, 9.2). */
export async function eventRoutes(app: ZodApp, deps: AdmissionDeps & { services: Services }): Promise<void> {
  const { feeds } = deps.services;
  app.addHook('onRequest', admitStreams(deps, 'application/json', EVENT_STREAM));

  const answer = async (request: FastifyRequest, reply: FastifyReply, input: EventsInput) => {
    const { first, ...filter } = input;
    const viewer = viewerOf(request);
    if (request.eventStream === null) {
      return reply.send(toEventPageView(await feeds.page(viewer, { ...filter, first })));
    }
    const untilTerminal = filter.untilTerminal === 'true';
    return replyWithEventLog(request, reply, request.eventStream, {
      after: filter.after ?? undefined,
      follow: async (after, isResumption) => {
        const isComplete =
          untilTerminal && isResumption && (await feeds.isComplete(viewer, { ...filter, after }));
        return isComplete ? null : feeds.follow(viewer, { ...filter, after, untilTerminal });
      },
      toServerSentEvent,
    });
  };

  app.get(
    '/v1/deployments/:deploymentId/events',
    {
      config,
      schema: {
        operationId: 'followDeploymentEvents',
        ...routeSchema('Read or follow the events of a deployment'),
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
        operationId: 'followEvents',
        ...routeSchema('Read or follow all events of the caller, or those of one task'),
        querystring: eventsQuery.extend({ taskId: z.string().optional() }),
      },
    },
    (request, reply) => answer(request, reply, request.query),
  );
}

/** The part of the schema that both routes share. */
function routeSchema(summary: string) {
  return {
    tags: ['events'],
    summary,
    description:
      `Without \`Accept: ${EVENT_STREAM}\` the answer is a page as JSON; with it, a stream of the log and then of new ` +
      'events. The name of each event is its type, and its id is the cursor to resume with. `event: error` has a ' +
      'problem document and is the last event. A stream ends when its token expires; `EventSource` then reconnects by ' +
      'itself. Close it on `event: complete`: a client that resumes when there is nothing more to send gets 204.',
    headers: lastEventIdHeader,
    response: {
      200: pageOrStream(eventPage),
      204: z.void().describe('All events were sent; do not reconnect'),
    },
  } as const;
}

function toEventPageView({ nodes, endCursor, hasNextPage }: EventPage): z.infer<typeof eventPage> {
  return { events: nodes, pageInfo: { hasNextPage, endCursor }, endCursor, hasNextPage };
}

/** The same event for all streams that get the same view. */
const toServerSentEvent = memoByObject(
  (event: DeploymentEventView): ServerSentEvent => ({
    id: event.id,
    event: event.type,
    data: JSON.stringify(event),
  }),
);
