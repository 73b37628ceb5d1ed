import { z } from 'zod';
import type { EventPage } from '../../../services/agents/feeds.ts';
import { EVENT_STREAM } from '../../sse/frame.ts';
import { lastEventIdHeader } from '../event-log-stream.ts';
import { credentialQuery } from '../inputs.ts';
import { status } from './views.ts';

/** An event of the log, the same in a page and as the data of a stream. */
const event = z.object({
  id: z.string().describe('The cursor of the event'),
  type: z.enum([
    'CREATED',
    'STATUS_CHANGED',
    'PROMPTED',
    'GUARD_TRIPPED',
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
});

const eventPage = z.object({
  events: z.array(event),
  endCursor: z.string().describe('Where the next page begins: its `after`'),
  hasNextPage: z.boolean(),
});

/** From where on, and how far. */
export const eventsQuery = credentialQuery.extend({
  after: z.string().optional().describe('A cursor, the `id` of an event; without it from the beginning'),
  first: z.coerce.number().int().min(1).max(500).optional().describe('Size of a page; a stream has none'),
  untilTerminal: z
    .enum(['true', 'false'])
    .optional()
    .describe('Ends a stream with `event: complete` once all it tells of has ended'),
});

/** What both routes have in common. */
export function eventsRouteSchema(summary: string) {
  return {
    tags: ['events'],
    summary,
    description:
      `A page as JSON; with \`Accept: ${EVENT_STREAM}\` the log and then what follows. Each event is named by its ` +
      'type, and its id is the cursor to come back with. `event: error` carries a problem document and is the last. ' +
      'A stream ends with its token; `EventSource` then comes back by itself. Close it on `event: complete`: a ' +
      'reader that comes back to a deployment that has told everything is answered by 204, and stays away.',
    headers: lastEventIdHeader,
    response: {
      200: {
        description: 'A page, or the stream',
        content: {
          'application/json': { schema: eventPage },
          [EVENT_STREAM]: { schema: z.string().describe('`id`, `event` and `data` of each event') },
        },
      },
      204: z.void().describe('Everything has been told; do not come back'),
    },
  } as const;
}

export function toEventPageView({ nodes, endCursor, hasNextPage }: EventPage): z.infer<typeof eventPage> {
  return {
    events: nodes,
    endCursor,
    hasNextPage,
  };
}
