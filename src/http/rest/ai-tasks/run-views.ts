import { z } from 'zod';
import type { AiTaskFeeds } from '../../../services/ai-tasks/feeds.ts';
import { EVENT_STREAM } from '../../sse/frame.ts';
import { lastEventIdHeader } from '../event-log-stream.ts';
import { credentialQuery } from '../inputs.ts';
import { listedAiTask, toListedAiTaskView } from './views.ts';

/** The shapes of runs, of what happens in a list, and of how they are asked for. */

type Page = Awaited<ReturnType<AiTaskFeeds['page']>>;

const text = z.string().nullable();
const instant = z.string().describe('ISO 8601, UTC');

/** Picks a credential of each upstream; the default ones serve without. */
export const bothCredentialsQuery = credentialQuery.extend({
  agentCredentialId: z
    .string()
    .optional()
    .describe("One of the caller's QuantConnect credentials; the default one without"),
});

export const link = z
  .strictObject({
    taskId: z.string().min(1).max(128).nullable().describe('A task of QuantConnect; null unties the AI task'),
  })
  .meta({ examples: [{ taskId: '77' }] });

export const runList = z
  .strictObject({
    maxParallel: z.int().min(1).nullable().optional().describe('How many tasks run at a time; 4 without'),
  })
  // A POST without a body is one without wishes.
  .nullish()
  .meta({ examples: [{ maxParallel: 2 }] });

export const stopList = z
  .strictObject({
    stopDeployments: z.boolean().nullable().optional().describe('What runs is stopped, too'),
  })
  .nullish()
  .meta({ examples: [{ stopDeployments: true }] });

export const aiTaskRun = z.object({
  id: z.string(),
  aiTaskId: z.string(),
  taskId: text.describe('The task of QuantConnect that runs for it'),
  status: z.enum(['STARTING', 'RUNNING', 'COMPLETED', 'FAILED']),
  deploymentId: text,
  reason: text.describe('Why it has failed, or what it waits for'),
  createdAt: instant,
  endedAt: text,
});

const listRun = z.object({
  id: z.string(),
  taskListId: z.string(),
  status: z.enum(['RUNNING', 'STOPPING', 'STOPPED', 'COMPLETED', 'FAILED']),
  maxParallel: z.number(),
  reason: text.describe('Why it did not complete'),
  counts: z
    .object({ starting: z.number(), running: z.number(), completed: z.number(), failed: z.number() })
    .describe('How many of the runs it has started are how far'),
  createdAt: instant,
  endedAt: text,
});

export const aiTaskListRun = listRun.extend({
  runs: z.array(aiTaskRun).describe('What it has started, first started first'),
});

/** As events tell of it: as long as it is, whatever the size of the list. */
const listRunChange = listRun.extend({
  changed: aiTaskRun
    .nullable()
    .describe('The run that has begun or come further; null for a change of the run of the list itself'),
});

/** An event of a list, the same in a page and as the data of a stream. */
const listEvent = z.object({
  id: z.string().describe('The cursor of the event'),
  kind: z
    .enum(['TASK', 'TASK_GONE', 'LIST_RUN'])
    .describe('A task as it is now, one that has left the list as it was last seen, or the run of the list'),
  occurredAt: instant.describe('When the gateway saw it'),
  task: listedAiTask.optional(),
  run: listRunChange.optional(),
});

const listEventPage = z.object({
  events: z.array(listEvent),
  endCursor: z.string().describe('Where the next page begins: its `after`'),
  hasNextPage: z.boolean(),
});

/** From where on, and how far. */
export const listEventsQuery = credentialQuery.extend({
  after: z.string().optional().describe('A cursor, the `id` of an event; without it from the beginning'),
  first: z.coerce.number().int().min(1).max(500).optional().describe('Size of a page; a stream has none'),
});

/** How the events of a list are described. */
export const listEventsRouteSchema = {
  tags: ['events'],
  summary: 'Read or follow what happens in a list of AI tasks: its tasks, and its run',
  description:
    `A page of the log as JSON, for which nobody is asked; with \`Accept: ${EVENT_STREAM}\` the log and then what ` +
    'follows, for which the list is looked at, once per interval for all who follow it. Each event is named by its ' +
    '`kind`, and its id is the cursor to come back with: the same one as that of the events of deployments. ' +
    'A `LIST_RUN` holds counts of the runs that were started, and the one that has `changed`; all of them are read ' +
    'with `GET …/run`. `event: error` carries a problem document and is the last. A stream ends with its token; ' +
    '`EventSource` then comes back by itself.',
  headers: lastEventIdHeader,
  response: {
    200: {
      description: 'A page, or the stream',
      content: {
        'application/json': { schema: listEventPage },
        [EVENT_STREAM]: { schema: z.string().describe('`id`, `event` and `data` of each event') },
      },
    },
  },
} as const;

/** An event as clients see it: no more than the document says. */
export function toListEventView(event: Page['nodes'][number]): z.infer<typeof listEvent> {
  return listEvent.parse('task' in event ? { ...event, task: toListedAiTaskView(event.task) } : event);
}

export function toListEventPageView({ nodes, endCursor, hasNextPage }: Page): z.infer<typeof listEventPage> {
  return {
    events: nodes.map(toListEventView),
    endCursor,
    hasNextPage,
  };
}
