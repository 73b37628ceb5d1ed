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

/** Waits until a response is blocked because its peer does not read. */
export async function untilStuck(response: ServerResponse | undefined): Promise<void> {
  await expect.poll(() => response?.writableNeedDrain, { timeout: 20_000 }).toBe(true);
}
