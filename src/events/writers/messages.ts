import type { ObservedMessage } from '../../domain/observed.ts';
import { toJson } from '../../lib/json.ts';
import { findDeployment, updateDeployment } from '../../store/deployments/deployments.ts';
import { SEQ_PER_MS } from '../../store/deployments/events.ts';
import { allMessages, upsertMessage } from '../../store/deployments/messages.ts';
import { extendThread, type ThreadKey, wantedThreads } from '../../store/deployments/threads.ts';
import type { Store } from '../../store/store.ts';
import { type Bus, messageStream } from '../bus.ts';
import type { EventLog } from '../log.ts';
import { enforceBudgets } from './budgets.ts';
import { saveThread } from './threads.ts';
import { countTotals, growTotals } from './usage.ts';

/** A conversation as it was read upstream. Messages may have further fields; `index` is the position. */
export interface ObservedConversation {
  inputTokens: number;
  outputTokens: number;
  turns: number;
  messages: ObservedMessage[];
}

/**
 * The only writer of messages. It keeps the newest version of each; a changed one gets a new revision, so that subscribers
 * get it again.
 */
export interface MessageWriter {
  /** @returns whether a message is new or has changed */
  saveConversation(ownerId: string, deploymentId: string, observed: ObservedConversation): Promise<boolean>;
  /** Has the messages of a deployment polled for the next minute, with those of one of its threads. */
  extendInterest(ownerId: string, deploymentId: string, callableId?: string): Promise<void>;
  /** The sub-agents whose threads are to be polled. */
  followedThreads(ownerId: string, deploymentId: string): Promise<string[]>;
  /** Like `saveConversation`, for the thread of a sub-agent. @returns whether a message is new or has changed */
  saveThread(key: ThreadKey, messages: readonly ObservedMessage[]): Promise<boolean>;
}

/** What a deployment has used, as one number that grows with each change. */
export function usageOf(totals: { inputTokens: number; outputTokens: number; turns: number }): number {
  return totals.inputTokens + totals.outputTokens + totals.turns;
}

/** How long messages are polled after a subscriber has last asked for it. */
const MESSAGE_INTEREST_MS = 60_000;

export function createMessageWriter(deps: { store: Store; eventLog: EventLog; bus: Bus }): MessageWriter {
  return {
    async saveConversation(ownerId, deploymentId, observed) {
      const { revision, hasGrown } = await deps.eventLog.write(ownerId, async (tx, emit) => {
        const known = await findDeployment(tx, ownerId, deploymentId);
        // It was deleted during the read: nothing of it is stored any more.
        if (known === undefined || known.isDeleted) return { revision: 0, hasGrown: false };
        const stored = await allMessages(tx, ownerId, deploymentId);
        const bodies = new Map(stored.map((row) => [row.position, row.body]));
        const before = Math.max(0, ...stored.map((row) => row.revision));
        const changed = observed.messages
          .map((message) => ({ position: message.index, body: toJson(message) }))
          .filter(({ position, body }) => bodies.get(position) !== body);
        // Numbered by the clock like events: after a restored backup, no revision of the lost time is given again.
        let revision = before;
        if (changed.length > 0)
          revision = Math.max(before, (await deps.eventLog.readTimeMs(tx)) * SEQ_PER_MS - 1);
        for (const message of changed) {
          revision += 1;
          await upsertMessage(tx, { ownerId, deploymentId, revision, ...message });
        }
        const totals = growTotals(known, observed);
        if (await countTotals(tx, known, totals)) await enforceBudgets(tx, emit, known, deps.eventLog.time());
        const messagesReadAt = deps.eventLog.time();
        await updateDeployment(tx, ownerId, deploymentId, { messagesReadAt, ...totals });
        return { revision: revision > before ? revision : 0, hasGrown: usageOf(totals) > usageOf(known) };
      });
      if (revision > 0 || hasGrown) deps.bus.publish(messageStream(ownerId, deploymentId), revision);
      return revision > 0;
    },

    followedThreads: (ownerId, deploymentId) =>
      wantedThreads(deps.store.db, ownerId, deploymentId, deps.eventLog.time()),

    async saveThread(key, messages) {
      const revision = await deps.eventLog.write(key.ownerId, (tx) =>
        saveThread(tx, deps.eventLog, key, messages),
      );
      const { ownerId, deploymentId, callableId } = key;
      if (revision > 0) deps.bus.publish(messageStream(ownerId, deploymentId, callableId), revision);
      return revision > 0;
    },

    async extendInterest(ownerId, deploymentId, callableId) {
      if (callableId !== undefined) {
        const key = { ownerId, deploymentId, callableId };
        await extendThread(deps.store.db, key, deps.eventLog.time(MESSAGE_INTEREST_MS));
      }
      await deps.store.db
        .updateTable('deployments')
        .set({ messagesWantedUntil: deps.eventLog.time(MESSAGE_INTEREST_MS) })
        .where('ownerId', '=', ownerId)
        .where('id', '=', deploymentId)
        // Many subscribers of one deployment cost one write per half of the time.
        .where('messagesWantedUntil', '<', deps.eventLog.time(MESSAGE_INTEREST_MS / 2))
        .execute();
    },
  };
}
