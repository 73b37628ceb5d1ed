import type { Channel } from '../lib/channel.ts';
import type { Logger } from '../lib/logger.ts';
import {
  createSessionRevocations,
  type FindRevoked,
  type SessionRevocations,
} from './session-revocations.ts';

/** What shared endings are made of. */
export interface SharedSessionRevocationsDeps {
  channel: Channel;
  findRevoked: FindRevoked;
  logger: Logger;
}

/** Ids are UUIDs. */
const ID = /^[\w-]{1,64}$/;

/** Ids waiting to be looked up. Whatever is beyond it is found by the sweep. */
const MAX_WAITING = 1_000;

/**
 * The endings of one of several processes. What another one announces is believed once the store agrees, so a forged
 * message ends nothing; many at once cost one query after another, not one each.
 */
export function createSharedSessionRevocations({
  channel,
  findRevoked,
  logger,
}: SharedSessionRevocationsDeps): SessionRevocations {
  const local = createSessionRevocations();
  const waiting = new Set<string>();
  let isAsking = false;

  const askStore = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      while (waiting.size > 0) {
        const ids = [...waiting];
        waiting.clear();
        for (const sessionId of await findRevoked(ids)) local.announce({ sessionId });
      }
    } catch (error) {
      logger.warn(
        { err: error },
        'sessions said to be over could not be looked up; the sweep will find them',
      );
    } finally {
      isAsking = false;
    }
  };

  channel.subscribe({
    onMessage(message) {
      if (!ID.test(message) || waiting.size >= MAX_WAITING) return;
      waiting.add(message);
      void askStore();
    },
    // What was missed meanwhile the sweep finds.
    onResumed: () => undefined,
  });

  return {
    announce(ending) {
      local.announce(ending);
      channel.publish(ending.sessionId);
    },
    onRevoked: local.onRevoked,
  };
}
