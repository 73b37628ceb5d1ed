import type { Clock, Timer } from '../../lib/clock.ts';

/** A peer that has not responded for this long is disconnected. It can reconnect with its cursor. */
const SILENCE_MS = 60_000;

/** What a heartbeat needs of the connection that it runs on. */
export interface HeartbeatPeer {
  /** How often one is sent. */
  intervalMs: number;
  /** For transports without an answer to a heartbeat: true when the peer has taken everything that was sent. */
  hasTakenAll?(): boolean;
  /** Sends one heartbeat. */
  beat(): void;
  /** Called once, when the peer has not responded for 60 s. No heartbeat is sent afterwards. */
  disconnect(): void;
}

/** A running heartbeat. */
export interface Heartbeat {
  /** Notes that the peer has answered or has taken data. */
  onResponse(): void;
  stop(): void;
}

/** Sends heartbeats and disconnects a peer that does not respond. A peer that pauses for less stays. */
export function startHeartbeat(clock: Clock, peer: HeartbeatPeer): Heartbeat {
  let respondedAtMs = clock.steadyMs();
  let timer: Timer;
  const onResponse = (): void => {
    respondedAtMs = clock.steadyMs();
  };
  const onTimer = (): void => {
    if (peer.hasTakenAll?.()) onResponse();
    if (clock.steadyMs() - respondedAtMs >= SILENCE_MS) {
      peer.disconnect();
      return;
    }
    peer.beat();
    timer = clock.after(peer.intervalMs, onTimer);
  };
  timer = clock.after(peer.intervalMs, onTimer);
  return { onResponse, stop: () => timer.cancel() };
}
