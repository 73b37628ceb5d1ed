import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import type { EventDraft } from '../../src/events/log.ts';
import type { GraphQLClient } from './client.ts';
import type { Gateway } from './gateway.ts';

/** Returns a function that writes many events to a user's log. */
export async function createFlood({ deps }: Gateway, client: GraphQLClient, deploymentId: string) {
  const { viewer } = await client.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  return async (count: number, rawStatus = 'Running'): Promise<void> => {
    const draft: EventDraft = {
      type: 'STATUS_CHANGED',
      deploymentId,
      taskId: null,
      status: 'RUNNING',
      rawStatus,
    };
    const batch = 1_000;
    for (let left = count; left > 0; left -= batch) {
      await deps.eventLog.write(viewer.id, async (_tx, emit) => {
        for (let index = 0; index < Math.min(left, batch); index += 1) emit(draft);
      });
    }
  };
}

/** The server's responses to all requests from now on, in order. */
export function watchResponses({ app }: Gateway): ServerResponse[] {
  const responses: ServerResponse[] = [];
  app.server.on('request', (_request, response) => responses.push(response));
  return responses;
}

/**
 * Writes events until a response is blocked because its peer does not read. How much that takes is the operating
 * system's: its buffers grow with a connection's use, to tens of megabytes.
 */
export async function floodUntilStuck(
  flood: (count: number, rawStatus?: string) => Promise<void>,
  response: () => ServerResponse | undefined,
): Promise<void> {
  const statusOf1Kb = 'Running '.repeat(128);
  const unsentBytes: (number | undefined)[] = [];
  await expect
    .poll(
      async () => {
        unsentBytes.push(response()?.writableNeedDrain ? response()?.writableLength : undefined);
        // The same amount at three looks, with more events between them: the peer takes nothing.
        const [last, ...earlier] = unsentBytes.slice(-3).reverse();
        if (last !== undefined && earlier.length === 2 && earlier.every((bytes) => bytes === last))
          return true;
        await flood(2_000, statusOf1Kb);
        return false;
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBe(true);
}
