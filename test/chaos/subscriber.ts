import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../simulator/random.ts';
import { followOverEventStream, followOverSocket } from './connections.ts';
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

function cursorOf({ seen }: Reader): string {
  return String(seen.at(-1) ?? 0);
}

/** Over `graphql-transport-ws`. */
export function overSocket({ url, deliveryLog }: SubscriberDeps): Connection {
  return (user, reader, over) => {
    const { deploymentId } = reader;
    const variables = { after: cursorOf(reader), deploymentId, untilTerminal: deploymentId !== undefined };
    return followOverSocket<{ event: DeliveredEvent }>(
      { url, user, over },
      { query: SUBSCRIPTION, variables },
      ({ event }) => deliveryLog.record(reader, event),
    );
  };
}

/** As server-sent events, resumed by `Last-Event-ID`. */
export function overEventStream({ url, deliveryLog }: SubscriberDeps): Connection {
  return (user, reader, over) => {
    const { deploymentId } = reader;
    const path =
      deploymentId === undefined ? '/v1/events' : `/v1/deployments/${deploymentId}/events?untilTerminal=true`;
    return followOverEventStream({ url, user, over }, path, cursorOf(reader), (event) =>
      deliveryLog.record(reader, event as DeliveredEvent),
    );
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
