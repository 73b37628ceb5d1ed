import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Random } from '../../simulator/random.ts';
import { openEvents } from '../support/sse-client.ts';
import type { DeliveredEvent, DeliveryLog } from './delivery-log.ts';
import type { Reader } from './history.ts';
import { between } from './plan.ts';
import type { User } from './user.ts';

/** One connection: resolves when it is closed, with true if the gateway completed the stream. */
type Connection = (user: User, reader: Reader, over: AbortSignal) => Promise<boolean>;

export interface SubscriberDeps {
  url: string;
  deliveryLog: DeliveryLog;
  /** Aborts at the end of the run. */
  over: AbortSignal;
}

/** A subscriber leaves after a random time in this range and resumes with its cursor. */
const STAY_MS = [5_000, 60_000] as const;

const SUBSCRIPTION = `subscription ($after: ID!, $deploymentId: ID, $untilTerminal: Boolean) {
  event: deploymentEvents(after: $after, deploymentId: $deploymentId, untilTerminal: $untilTerminal) {
    id type deploymentId status previousStatus
  }
}`;

/** A socket that may break at any time, also while it is closing: its errors are ignored. */
class BreakableSocket extends WebSocket {
  constructor(url: string, protocols: string) {
    super(url, protocols);
    this.on('error', () => undefined);
  }
}

function cursorOf({ seen }: Reader): string {
  return String(seen.at(-1) ?? 0);
}

/** Over `graphql-transport-ws`. */
export function overSocket({ url, deliveryLog }: SubscriberDeps): Connection {
  return async (user, reader, over) => {
    const authorization = `Bearer ${await user.token()}`;
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: BreakableSocket,
      retryAttempts: 0,
      connectionAckWaitTimeout: 5_000,
      connectionParams: { authorization },
    });
    const { deploymentId } = reader;
    const variables = { after: cursorOf(reader), deploymentId, untilTerminal: deploymentId !== undefined };
    const done = Promise.withResolvers<boolean>();
    const leave = (): void => done.resolve(false);
    over.addEventListener('abort', leave);
    let hasFailed = false;
    client.subscribe<{ event: DeliveredEvent }>(
      { query: SUBSCRIPTION, variables },
      {
        next({ data, errors }) {
          if (errors) hasFailed = true;
          else if (data && !over.aborted) deliveryLog.record(reader, data.event);
        },
        error: leave,
        complete: () => done.resolve(!hasFailed && !over.aborted),
      },
    );
    try {
      return await done.promise;
    } finally {
      over.removeEventListener('abort', leave);
      client.terminate();
      void client.dispose();
    }
  };
}

/** As server-sent events, resumed by `Last-Event-ID`. */
export function overEventStream({ url, deliveryLog }: SubscriberDeps): Connection {
  return async (user, reader, over) => {
    const { deploymentId } = reader;
    const path =
      deploymentId === undefined ? '/v1/events' : `/v1/deployments/${deploymentId}/events?untilTerminal=true`;
    const signal = AbortSignal.any([over, AbortSignal.timeout(60_000)]);
    const stream = await openEvents(`${url}${path}`, await user.token(), {
      signal,
      headers: { 'last-event-id': cursorOf(reader) },
    });
    try {
      if (stream.status === 204) return true;
      for (;;) {
        const { event, data, comment } = await stream.events.next(60_000);
        if (event === 'complete') return true;
        if (event === 'error') return false;
        if (comment === undefined && !over.aborted)
          deliveryLog.record(reader, JSON.parse(data) as DeliveredEvent);
      }
    } finally {
      stream.close();
    }
  };
}

/** Follows until the gateway completes the stream or the run is over; reconnects after every loss. */
export async function follow(
  deps: SubscriberDeps,
  connection: Connection,
  user: User,
  reader: Reader,
  random: Random,
) {
  while (!deps.over.aborted && !reader.isComplete) {
    const stayMs = between(random, ...STAY_MS);
    const leaving = AbortSignal.any([deps.over, AbortSignal.timeout(stayMs)]);
    reader.isComplete = await connection(user, reader, leaving).catch(() => false);
    await pause(between(random, 50, 500));
  }
}
