import type { Logger } from '../lib/logger.ts';

/** Logs the state of Redis: one line when it changes, and none for repeated failures. */
export interface Outage {
  /** A connection was lost or could not be opened. */
  onLost(reason: unknown): void;
  /** Both connections work. */
  onRestored(): void;
  /** Redis answered a command with an error. */
  onRefusal(reason: unknown): void;
}

export function createOutage(logger: Logger): Outage {
  let isLost = false;
  let hasRefused = false;
  return {
    onLost(reason) {
      if (isLost) return;
      isLost = true;
      logger.warn(
        { reason: summaryOf(reason) },
        'Redis is unavailable; limits and hints cover only this process until it is back',
      );
    },
    onRestored() {
      hasRefused = false;
      if (isLost) logger.info({}, 'Redis is available again');
      isLost = false;
    },
    onRefusal(reason) {
      if (hasRefused) return;
      hasRefused = true;
      logger.warn({ reason: summaryOf(reason) }, 'Redis refuses commands; limits cover only this process');
    },
  };
}

/** Of an error reply only its first word, because Redis may repeat the arguments of a command, such as a password. */
function summaryOf(reason: unknown): string {
  if (!(reason instanceof Error)) return 'the connection was closed';
  return reason.name === 'ReplyError' ? (reason.message.split(' ', 1)[0] ?? '') : reason.message;
}
