import { Redis as Client } from 'ioredis';
import { fullJitterMs } from '../lib/backoff.ts';
import type { Random } from '../lib/random.ts';

/** Pauses between attempts to connect. Delivery has to work again within 5 s after Redis is back. */
const RECONNECT = { baseMs: 100, capMs: 2_000 };

/** A connection without any answer for this long is closed. */
const SOCKET_TIMEOUT_MS = 1_000;

const CONNECT_TIMEOUT_MS = 2_000;

/** How long to wait for the server to close its side of a connection. */
const DISCONNECT_TIMEOUT_MS = 500;

/** A connection that reconnects for ever. While it is down, commands fail at once instead of being queued. */
export function openClient(url: string, random: Random): Client {
  return new Client(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // If ioredis' own resubscription failed, the rejection would be unhandled and end the process.
    autoResubscribe: false,
    socketTimeout: SOCKET_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    disableClientInfo: true,
    retryStrategy: (times) => fullJitterMs(times - 1, RECONNECT, random),
  });
}

/** True while connected or connecting. */
function isConnected({ status }: Client): boolean {
  return /^(connecting|connect|ready)$/.test(status);
}

/** Closes the connection for good, after sent data is flushed. Waits at most `DISCONNECT_TIMEOUT_MS` for the server. */
export async function closeClient(client: Client): Promise<void> {
  const ended = isConnected(client) && new Promise<void>((resolve) => client.once('end', () => resolve()));
  client.disconnect();
  await ended;
}
