import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { badUserInput, isGatewayError, toGatewayError } from '../../errors.ts';
import { toProblem } from '../plugins/problem-details.ts';
import type { ServerSentEvent } from '../sse/frame.ts';

/** What all streams of a log have in common: how a reader comes back to one, and how it fails. */

/** The header a reader comes back with, as `EventSource` does by itself. */
export const lastEventIdHeader = z.object({
  'last-event-id': z.string().optional().describe('Where a stream goes on; wins over `after`'),
});

/** The cursor a reader comes back with. An empty header is a client that has not heard anything yet. */
export function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const cursor = headers['last-event-id'];
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** A failure after the start: the status has been sent, so the problem travels as the last event. */
export function toErrorEvents({ id, log }: FastifyRequest) {
  return (error: unknown): ServerSentEvent[] => {
    const known = toGatewayError(error);
    if (known.statusCode >= 500) log.error({ err: error }, 'an event stream failed');
    return [{ event: 'error', data: JSON.stringify(toProblem(known, id)) }];
  };
}

/** A cursor that is refused is refused by the name it came under. */
export function renameCursorField(error: unknown): unknown {
  const fields = isGatewayError(error, 'BAD_USER_INPUT') ? error.details.fields : undefined;
  if (fields?.every(({ path }) => path === 'after') !== true) return error;
  return badUserInput(...fields.map(({ message }) => ({ path: 'last-event-id', message })));
}
