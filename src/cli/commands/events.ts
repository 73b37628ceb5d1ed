import { type Api, withApi } from '../follow/api.ts';
import { followDeployment } from '../follow/follow-deployment.ts';
import { describeEvent, timeOfDay } from '../follow/lines.ts';
import { EVENTS, type LogEvent } from '../follow/model.ts';
import { followOn, graphqlItems, restItems } from '../follow/resume.ts';
import type { Frame } from '../frame.ts';
import { type CommandIo, type CommandResult, UsageError } from '../io.ts';

/** Adds `events`. */
export function addEvents({ add, printing }: Frame): void {
  add('events', 'the events of your deployments, with QUANTGATE_URL and QUANTGATE_TOKEN')
    .option('--follow', 'go on with what comes: of one deployment until it has ended, of all until Ctrl-C')
    .option('--deployment <id>', 'only those of this deployment')
    .option('--after <cursor>', 'only those after this one: the id of an event, or 0 for the beginning')
    .action(printing(showEvents));
}

interface EventsOptions {
  follow?: boolean;
  deployment?: string;
  after?: string;
  json?: boolean;
}

/** @throws UsageError for a malformed cursor; ApiError when the gateway refuses */
async function showEvents(io: CommandIo, options: EventsOptions): Promise<CommandResult> {
  const { follow = false, deployment, after, json = false } = options;
  if (after !== undefined && !/^\d+$/.test(after))
    throw new UsageError('--after takes the id of an event, or 0');
  return withApi(io, async (api) => {
    if (!follow) return listEvents(api, deployment, after);
    if (deployment !== undefined) return followDeployment(io, api, deployment, { json, after });
    await followAll(io, api, { json, after });
    return { json: undefined, text: undefined };
  });
}

const PAGE = 500;

interface Page {
  events: LogEvent[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

async function listEvents(api: Api, deployment: string | undefined, after = '0'): Promise<CommandResult> {
  const path =
    deployment === undefined ? '/v1/events' : `/v1/deployments/${encodeURIComponent(deployment)}/events`;
  const events: LogEvent[] = [];
  let cursor = after;
  for (let hasMore = true; hasMore; ) {
    const { events: more, pageInfo } = await api.request<Page>(
      'GET',
      `${path}?first=${PAGE}&after=${cursor}`,
    );
    events.push(...more);
    cursor = pageInfo.endCursor;
    hasMore = pageInfo.hasNextPage;
  }
  const text = events.length === 0 ? 'There are no events.' : events.map(toLine).join('\n');
  return { json: { events }, text };
}

/** Writes a line for each event, until Ctrl-C. Without a cursor it begins with how unfinished deployments are. */
async function followAll(
  io: CommandIo,
  api: Api,
  { json, after }: { json: boolean; after: string | undefined },
): Promise<void> {
  let cursor = after;
  await followOn<LogEvent>({
    open: (signal) =>
      cursor === undefined
        ? newestEvents(api, signal)
        : restItems<LogEvent>(api, '/v1/events', cursor, signal),
    onItem(event) {
      cursor = event.id;
      io.writeOut(`${json ? JSON.stringify({ kind: 'event', event }) : toLine(event)}\n`);
    },
    onConnection(state) {
      if (json) io.writeOut(`${JSON.stringify({ kind: 'connection', state })}\n`);
      else
        io.writeError(state === 'lost' ? 'The connection was lost; connecting again\n' : 'Connected again\n');
    },
    random: io.runtime.random,
    signal: io.heedSignals(),
  });
}

async function* newestEvents(api: Api, signal: AbortSignal): AsyncGenerator<LogEvent, 'complete' | 'cut'> {
  const items = graphqlItems<{ event: LogEvent }>(api, EVENTS, {}, signal);
  for (;;) {
    const { done, value } = await items.next();
    if (done) return value;
    yield value.event;
  }
}

function toLine(event: LogEvent): string {
  const atMs = Date.parse(event.occurredAt);
  const day = new Date(atMs).toLocaleDateString('sv');
  return `${event.id}  ${day} ${timeOfDay(atMs)}  ${event.deploymentId}  ${describeEvent(event)}`;
}
