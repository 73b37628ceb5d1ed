import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../../lib/clock.ts';

/** How often the peer is asked for a sign of life. */
const PING_MS = 15_000;

/** A peer that gave none for so long is gone, or does not read; it may come back with its cursor. */
const SILENCE_MS = 60_000;

/** Pings a socket and closes it after a long silence. A reader that only pauses for a while stays. */
export function keepAlive(socket: WebSocket, clock: Clock): void {
  let heardAt = clock.now();
  let timer: Timer;
  const beat = (): void => {
    if (clock.now() - heardAt > SILENCE_MS) {
      socket.close(1013, 'Try again later');
      // A peer that does not read will not answer the goodbye either.
      timer = clock.after(PING_MS, () => socket.terminate());
      return;
    }
    socket.ping();
    timer = clock.after(PING_MS, beat);
  };
  timer = clock.after(PING_MS, beat);
  const heard = (): void => {
    heardAt = clock.now();
  };
  socket.on('pong', heard);
  socket.on('message', heard);
  socket.once('close', () => timer.cancel());
}
