import { Redis as Client } from 'ioredis';
import { fullJitterMs } from '../lib/backoff.ts';
import type { Random } from '../lib/random.ts';

/** Pauses between tries to connect. Delivery is to be well 5 s after Redis has come back. */
const RECONNECT = { baseMs: 100, capMs: 2_000 };

/** Who does not answer at all for so long has hung: the connection is given up. */
const SILENCE_MS = 1_000;

const CONNECT_TIMEOUT_MS = 2_000;

/** How long a peer may take to close a connection together with us. */
const GOODBYE_MS = 500;

/** One connection that heals itself, for ever, and keeps nothing for later while it is away. */
export function openClient(url: string, random: Random): Client {
  return new Client(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Nobody would hear of a failure of ioredis' own resubscription, and Node ends a process for that.
    autoResubscribe: false,
    socketTimeout: SILENCE_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_MS,
    disableClientInfo: true,
    retryStrategy: (times) => fullJitterMs(times - 1, RECONNECT, random),
  });
}

/** True while there is a connection, or one is being made. */
function isConnected({ status }: Client): boolean {
  return /^(connecting|connect|ready)$/.test(status);
}

/** Closes for good, after what has been sent; a peer that does not answer is not waited for. */
export async function hangUp(client: Client): Promise<void> {
  const ended = isConnected(client) && new Promise<void>((resolve) => client.once('end', () => resolve()));
  client.disconnect();
  await ended;
}
