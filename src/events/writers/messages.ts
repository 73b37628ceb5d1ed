import type { Clock } from '../../lib/clock.ts';
import { findDeployment, updateDeployment } from '../../store/deployments/deployments.ts';
import { allMessages, upsertMessage } from '../../store/deployments/messages.ts';
import type { Store } from '../../store/store.ts';
import { type Bus, messageStream } from '../bus.ts';
import type { EventLog } from '../log.ts';

/** A conversation as a look found it; `messages` may be of any shape, their position is what counts. */
export interface ObservedConversation {
  inputTokens: number;
  outputTokens: number;
  messages: { index: number }[];
}

/** Keeps the newest version of every message, so that a reader gets each one again when it has changed. */
export interface MessageWriter {
  /** @returns whether a message is new or has changed */
  saveConversation(ownerId: string, deploymentId: string, seen: ObservedConversation): Promise<boolean>;
  /** Says that somebody waits for messages of this deployment, for the next `MESSAGE_INTEREST_MS`. */
  extendInterest(ownerId: string, deploymentId: string): Promise<void>;
}

/** Interest in messages ends by itself so long after it was last shown. */
const MESSAGE_INTEREST_MS = 60_000;

export function createMessageWriter(deps: {
  store: Store;
  eventLog: EventLog;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
}): MessageWriter {
  return {
    async saveConversation(ownerId, deploymentId, seen) {
      const revision = await deps.eventLog.write(ownerId, async (tx) => {
        const stored = await allMessages(tx, ownerId, deploymentId);
        const bodies = new Map(stored.map((row) => [row.position, row.body]));
        const before = Math.max(0, ...stored.map((row) => row.revision));
        let revision = before;
        for (const message of seen.messages) {
          const body = JSON.stringify(message);
          if (bodies.get(message.index) === body) continue;
          revision += 1;
          await upsertMessage(tx, { ownerId, deploymentId, position: message.index, revision, body });
        }
        const row = await findDeployment(tx, ownerId, deploymentId);
        await updateDeployment(tx, ownerId, deploymentId, {
          messagesReadAt: deps.clock.now(),
          // Totals only rise; a part of the answer that came back empty does not take them back.
          inputTokens: Math.max(seen.inputTokens, row?.inputTokens ?? 0),
          outputTokens: Math.max(seen.outputTokens, row?.outputTokens ?? 0),
        });
        return revision > before ? revision : 0;
      });
      if (revision > 0) deps.bus.publish(messageStream(ownerId, deploymentId), revision);
      return revision > 0;
    },

    async extendInterest(ownerId, deploymentId) {
      const now = deps.clock.now();
      await deps.store.db
        .updateTable('deployments')
        .set({ messagesWantedUntil: now + MESSAGE_INTEREST_MS })
        .where('ownerId', '=', ownerId)
        .where('id', '=', deploymentId)
        // Many subscribers of one deployment cost one write per half interval.
        .where('messagesWantedUntil', '<', now + MESSAGE_INTEREST_MS / 2)
        .execute();
    },
  };
}
