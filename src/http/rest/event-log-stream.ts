import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findOrigin } from '../../domain/trace-origin.ts';
import { badUserInputs, isGatewayError, toGatewayError } from '../../errors.ts';
import { toProblem } from '../plugins/problem-details.ts';
import type { EventStream } from '../sse/event-stream.ts';
import { EVENT_STREAM, type ServerSentEvent } from '../sse/frame.ts';
import { serveStream } from '../sse/serve-stream.ts';

/** The header with which a client resumes a stream. `EventSource` sends it by itself. */
export const lastEventIdHeader = z.object({
  'last-event-id': z
    .string()
    .optional()
    .describe('The cursor after which a stream resumes; used instead of `after`'),
});

/** The answer 200 of a route that serves an event log as pages and as a stream. */
export function pageOrStream<Page extends z.ZodType>(page: Page) {
  return {
    description: 'A page, or the stream',
    content: {
      'application/json': { schema: page },
      [EVENT_STREAM]: { schema: z.string().describe('`id`, `event` and `data` of each event') },
    },
  } as const;
}

/** An event log to answer with. */
export interface EventLog<T> {
  /** The query parameter `after`; without it the stream starts at the beginning. */
  after: string | undefined;
  /**
   * @param isResumption true when the client has sent `Last-Event-ID`
   * @returns null when a resumed stream has no more events and never will
   */
  follow(after: string, isResumption: boolean): Promise<AsyncIterator<T, unknown, unknown> | null>;
  toServerSentEvent(item: T): ServerSentEvent;
}

/** Answers with the events after the cursor and then with new ones; 204 tells a resuming client not to come back. */
export async function replyWithEventLog<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: EventStream,
  { after, follow, toServerSentEvent }: EventLog<T>,
): Promise<FastifyReply> {
  const lastEventId = lastEventIdOf(request);
  try {
    const items = await follow(lastEventId ?? after ?? '0', lastEventId !== undefined);
    if (items === null) return reply.code(204).send();
    const toErrorEvents = (error: unknown) => [toErrorEvent(error, request)];
    await serveStream(stream, {
      items,
      toServerSentEvent: traced(request, toServerSentEvent),
      toErrorEvents,
      logger: request.log,
      onSent: () => request.server.metrics.deliveries.add({ transport: 'sse' }),
    });
  } catch (error) {
    throw lastEventId === undefined ? error : renameCursorField(error);
  }
  return reply;
}

/** Each delivery as a trace of its own, as over GraphQL: linked to what has written the event, and to the request. */
function traced<T>(
  { server: { tracer }, routeOptions }: FastifyRequest,
  write: EventLog<T>['toServerSentEvent'],
) {
  if (!tracer.isOn) return write;
  const subscribed = tracer.traceParent();
  return (item: T) =>
    tracer.span(
      `deliver ${routeOptions.url}`,
      { kind: 'producer', isRoot: true, links: [findOrigin(item), subscribed] },
      () => write(item),
    );
}

/** An empty header is the same as none: the client has not received an event yet. */
function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const cursor = headers['last-event-id'];
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** An error after the start of a stream. The status was sent already, so the problem document is the last event. */
function toErrorEvent(error: unknown, { id, log, record }: FastifyRequest): ServerSentEvent {
  const known = toGatewayError(error);
  record?.noteError(known);
  if (known.code === 'INTERNAL')
    log.error({ err: error }, 'event stream failed; sending the error and ending it');
  return { event: 'error', data: JSON.stringify(toProblem(known, id)) };
}

/** Services name the cursor `after`. An invalid cursor from the header is reported under the name of the header. */
function renameCursorField(error: unknown): unknown {
  const fields = isGatewayError(error, 'BAD_USER_INPUT') ? error.details.fields : undefined;
  if (fields?.every(({ path }) => path === 'after') !== true) return error;
  return badUserInputs(fields.map(({ message }) => ({ path: 'last-event-id', message })));
}
