import type { Channel } from '../lib/channel.ts';
import type { Logger } from '../lib/logger.ts';
import {
  createSessionRevocations,
  type FindRevoked,
  type SessionRevocations,
} from './session-revocations.ts';

export interface SharedSessionRevocationsDeps {
  channel: Channel;
  findRevoked: FindRevoked;
  logger: Logger;
}

/** Ids are UUIDs. */
const ID = /^[\w-]{1,64}$/;

/** Bounds the ids that wait for a query. Ids beyond it are dropped; the periodic sweep finds those sessions. */
const MAX_PENDING = 1_000;

/**
 * Revocations across replicas. A revocation is announced to this process at once and to the others over the channel.
 * An announcement from the channel is checked in the store first, so that a forged message ends no session. One query
 * runs at a time; ids that arrive meanwhile are checked together by the next one.
 */
export function createSharedSessionRevocations({
  channel,
  findRevoked,
  logger,
}: SharedSessionRevocationsDeps): SessionRevocations {
  const local = createSessionRevocations();
  const pending = new Set<string>();
  let isChecking = false;

  const checkPending = async (): Promise<void> => {
    if (isChecking) return;
    isChecking = true;
    try {
      while (pending.size > 0) {
        const ids = [...pending];
        pending.clear();
        for (const sessionId of await findRevoked(ids)) local.announce({ sessionId });
      }
    } catch (error) {
      logger.warn(
        { err: error },
        'revocations of other replicas could not be checked; the next sweep will find them',
      );
    } finally {
      isChecking = false;
    }
  };

  channel.subscribe({
    onMessage(message) {
      if (!ID.test(message) || pending.size >= MAX_PENDING) return;
      pending.add(message);
      void checkPending();
    },
    // Announcements missed during an outage are found by the periodic sweep.
    onResumed: () => undefined,
  });

  return {
    announce(revocation) {
      local.announce(revocation);
      channel.publish(revocation.sessionId);
    },
    onRevoked: local.onRevoked,
  };
}
