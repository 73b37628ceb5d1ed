import type { Clock } from '../../lib/clock.ts';
import type { Policy } from './call.ts';

/**
 * Gives the whole call `deadlineMs`: queueing, pauses and every attempt together. The policies further in
 * compare their waits with it, the transport bounds the attempt by what is left.
 */
export function withinDeadline(deadlineMs: number, clock: Clock): Policy {
  return (_call, pass, next) => next({ ...pass, deadlineAtMs: clock.now() + deadlineMs });
}
