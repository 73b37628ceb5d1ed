import type { Channel } from '../lib/channel.ts';
import type { Log } from '../lib/logger.ts';
import { createEndings, type EndedAmong, type Endings } from './session-revocations.ts';

/** What shared endings are made of. */
export interface SharedEndingsDeps {
  channel: Channel;
  endedAmong: EndedAmong;
  log: Log;
}

/** Ids are UUIDs. */
const ID = /^[\w-]{1,64}$/;

/** Ids waiting to be looked up. Whatever is beyond it is found by the sweep. */
const MAX_WAITING = 1_000;

/**
 * The endings of one of several processes. What another one announces is believed once the store agrees, so a forged
 * message ends nothing; many at once cost one query after another, not one each.
 */
export function createSharedEndings({ channel, endedAmong, log }: SharedEndingsDeps): Endings {
  const local = createEndings();
  const waiting = new Set<string>();
  let isAsking = false;

  const askStore = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      while (waiting.size > 0) {
        const ids = [...waiting];
        waiting.clear();
        for (const sessionId of await endedAmong(ids)) local.announce({ sessionId });
      }
    } catch (error) {
      log.warn({ err: error }, 'sessions said to be over could not be looked up; the sweep will find them');
    } finally {
      isAsking = false;
    }
  };

  channel.listen({
    heard(message) {
      if (!ID.test(message) || waiting.size >= MAX_WAITING) return;
      waiting.add(message);
      void askStore();
    },
    // What was missed meanwhile the sweep finds.
    resumed: () => undefined,
  });

  return {
    announce(ending) {
      local.announce(ending);
      channel.say(ending.sessionId);
    },
    onEnded: local.onEnded,
  };
}
