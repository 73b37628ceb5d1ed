import type { WebSocket } from 'ws';
import type { Clock } from '../../../../lib/clock.ts';
import { startHeartbeat } from '../../../live/heartbeat.ts';

/** How long a silent peer has to answer the close before the connection is cut. */
export const CLOSE_TIMEOUT_MS = 15_000;

/**
 * How often a socket is pinged. Pings are all that an idle socket costs, 50 us of CPU each; proxies close what is silent for
 * 60 s.
 */
const PING_INTERVAL_MS = 30_000;

/** Pings a socket, and closes it with 1013 when the peer does not respond. @returns a function that stops the pings */
export function startPings(socket: WebSocket, clock: Clock): () => void {
  const heartbeat = startHeartbeat(clock, {
    intervalMs: PING_INTERVAL_MS,
    beat: () => socket.ping(),
    disconnect: () => {
      socket.close(1013, 'Try again later');
      const timer = clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
      socket.once('close', () => timer.cancel());
    },
  });
  socket.on('pong', heartbeat.onResponse);
  socket.on('message', heartbeat.onResponse);
  return heartbeat.stop;
}
