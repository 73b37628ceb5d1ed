import type { Logger } from '../lib/logger.ts';

/** Says what happens to Redis in as few lines as possible, however often it happens. */
export interface Outage {
  /** A connection is gone, or has not come about. */
  away(reason: unknown): void;
  /** Everything works again. */
  back(): void;
  /** It is there and says no. */
  refuses(reason: unknown): void;
}

export function createOutage(logger: Logger): Outage {
  let isAway = false;
  let hasRefused = false;
  return {
    away(reason) {
      if (isAway) return;
      isAway = true;
      logger.warn(
        { reason: inShort(reason) },
        'Redis is away; until it is back limits and hints are those of this process',
      );
    },
    back() {
      hasRefused = false;
      if (isAway) logger.info({}, 'Redis is back');
      isAway = false;
    },
    refuses(reason) {
      if (hasRefused) return;
      hasRefused = true;
      logger.warn(
        { reason: inShort(reason) },
        'Redis refuses what it is asked; limits are those of this process',
      );
    },
  };
}

/** Of what Redis itself says only the kind: it may repeat the arguments of a command, a password among them. */
function inShort(reason: unknown): string {
  if (!(reason instanceof Error)) return 'the connection was closed';
  return reason.name === 'ReplyError' ? (reason.message.split(' ', 1)[0] ?? '') : reason.message;
}
