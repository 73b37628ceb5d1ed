import type { DeploymentStatus } from '../domain/deployment-status.ts';
import type { Clock } from '../lib/clock.ts';
import { insertListEvents } from '../store/ai-tasks/list-events.ts';
import { isHeld, type Lease } from '../store/coordination/leases.ts';
import { insertEvents, takeSequence } from '../store/deployments/events.ts';
import type { EventType, ListEventKind } from '../store/schema/index.ts';
import type { Db, Store } from '../store/store.ts';
import { type Bus, eventStream } from './bus.ts';

/** An event of a deployment before it has its place in the log. */
export interface EventDraft {
  type: EventType;
  deploymentId: string;
  taskId: string | null;
  status: DeploymentStatus;
  rawStatus: string;
  previousStatus?: DeploymentStatus | null;
  reason?: string | null;
}

/** An event of a list of AI tasks before it has its place in the log. */
export interface ListEventDraft {
  kind: ListEventKind;
  organisation: string;
  taskListId: string;
  subjectId: string;
  /** What it tells, as JSON. */
  body: string;
}

/** Adds an event to the transaction under way. */
export type Emit = (draft: EventDraft | ListEventDraft) => void;

/** The only way to write an event: in one transaction with the rows it speaks of. */
export interface EventLog {
  /**
   * Runs `work` in a transaction and appends what it emits, in order; readers are told once it is committed.
   */
  write<T>(ownerId: string, work: (tx: Db, emit: Emit) => Promise<T>): Promise<T>;
  /** The log for the holder of a lease. Its writes throw `LeaseLostError` once somebody else has taken the lease over. */
  underLease(lease: Lease): EventLog;
}

/** Whoever held the lease has been too slow: somebody else looks now, and nothing of this one is written. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLost';
  constructor() {
    super('the lease was taken over');
  }
}

export function createEventLog(deps: { store: Store; bus: Bus; clock: Pick<Clock, 'now'> }): EventLog {
  /** Gives drafts of both kinds their places, in the order they were emitted in. */
  const append = async (
    tx: Db,
    ownerId: string,
    drafts: readonly (EventDraft | ListEventDraft)[],
  ): Promise<number> => {
    const lastSeq = await takeSequence(tx, ownerId, drafts.length);
    const occurredAt = deps.clock.now();
    const placed = drafts.map((draft, index) => ({
      draft,
      place: { ownerId, seq: lastSeq - drafts.length + 1 + index, occurredAt },
    }));
    const ofDeployments = placed.flatMap(({ draft, place }) =>
      'type' in draft ? [{ previousStatus: null, reason: null, ...draft, ...place }] : [],
    );
    const ofLists = placed.flatMap(({ draft, place }) => ('kind' in draft ? [{ ...draft, ...place }] : []));
    if (ofDeployments.length > 0) await insertEvents(tx, ofDeployments);
    if (ofLists.length > 0) await insertListEvents(tx, ofLists);
    return lastSeq;
  };

  const logOf = (lease: Lease | undefined): EventLog => ({
    async write(ownerId, work) {
      const { result, lastSeq } = await deps.store.transaction(ownerId, async (tx) => {
        if (lease !== undefined && !(await isHeld(tx, lease))) throw new LeaseLostError();
        const drafts: (EventDraft | ListEventDraft)[] = [];
        const result = await work(tx, (draft) => drafts.push(draft));
        return { result, lastSeq: drafts.length === 0 ? 0 : await append(tx, ownerId, drafts) };
      });
      if (lastSeq > 0) deps.bus.publish(eventStream(ownerId), lastSeq);
      return result;
    },
    underLease: logOf,
  });

  return logOf(undefined);
}
