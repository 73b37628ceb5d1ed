import type { DeploymentStatus } from '../lib/status.ts';
import { insertEvents, takeSequence } from '../store/events.ts';
import type { EventType } from '../store/schema.ts';
import type { Db, Store } from '../store/store.ts';
import { type Bus, eventStream } from './bus.ts';

/** An event before it has its place in the log. */
export interface EventDraft {
  type: EventType;
  deploymentId: string;
  taskId: string | null;
  status: DeploymentStatus;
  rawStatus: string;
  previousStatus?: DeploymentStatus | null;
  reason?: string | null;
}

/** Adds an event to the transaction under way. */
export type Emit = (draft: EventDraft) => void;

/** The only way to write an event: in one transaction with the rows it speaks of. */
export interface EventLog {
  /**
   * Runs `work` in a transaction and appends what it emits, in order; readers are told once it is committed.
   */
  write<T>(ownerId: string, work: (tx: Db, emit: Emit) => Promise<T>): Promise<T>;
}

export const createEventLog = (deps: { store: Store; bus: Bus; clock: { now(): number } }): EventLog => ({
  async write(ownerId, work) {
    const { result, lastSeq } = await deps.store.transaction(ownerId, async (tx) => {
      const drafts: EventDraft[] = [];
      const result = await work(tx, (draft) => drafts.push(draft));
      if (drafts.length === 0) return { result, lastSeq: 0 };
      const lastSeq = await takeSequence(tx, ownerId, drafts.length);
      const firstSeq = lastSeq - drafts.length + 1;
      const occurredAt = deps.clock.now();
      await insertEvents(
        tx,
        drafts.map((draft, index) => ({
          previousStatus: null,
          reason: null,
          ...draft,
          ownerId,
          seq: firstSeq + index,
          occurredAt,
        })),
      );
      return { result, lastSeq };
    });
    if (lastSeq > 0) deps.bus.publish(eventStream(ownerId), lastSeq);
    return result;
  },
});
