import type { RawBuilder } from 'kysely';
import type { ListEventKind } from '../domain/ai-task-run.ts';
import type { DeploymentEventType, DeploymentStatus } from '../domain/deployment.ts';
import type { OwnerEventKind, WebhookDisabled } from '../domain/webhook.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonText } from '../lib/json.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import { insertListEvents } from '../store/ai-tasks/list-events.ts';
import { isHeld, type Lease } from '../store/coordination/leases.ts';
import { insertEvents, takeSequence } from '../store/deployments/events.ts';
import { type Db, readTimeMs, type Store } from '../store/store.ts';
import { insertOwnerEvents } from '../store/webhooks/owner-events.ts';
import { type Bus, eventStream } from './bus.ts';
import { listTopic, topicsOfDeployment } from './topics.ts';

/** An event of a deployment, without its position and time. */
export interface EventDraft {
  type: DeploymentEventType;
  deploymentId: string;
  taskId: string | null;
  status: DeploymentStatus;
  rawStatus: string;
  previousStatus?: DeploymentStatus | null;
  reason?: string | null;
}

/** An event of a list of AI tasks, without its position and time. */
export interface ListEventDraft {
  kind: ListEventKind;
  organisation: string;
  taskListId: string;
  subjectId: string;
  /** JSON of the AI task or of the list run. */
  body: JsonText<object>;
}

/** An event that is about neither, without its position and time. Only webhooks tell of it. */
export interface OwnerEventDraft {
  kind: OwnerEventKind;
  subjectId: string;
  body: JsonText<WebhookDisabled>;
}

/** An event of a deployment, which alone has a `type`; of a list; or of neither. The `kind` tells the last two apart. */
export type Draft = EventDraft | ListEventDraft | OwnerEventDraft;

/** Adds an event to the current transaction. */
export type Emit = (draft: Draft) => void;

/** The only way to write events: in one transaction with the rows that they are about. */
export interface EventLog {
  /** Runs `work` in a transaction and appends what it emits, in order; a hint is published after the commit. */
  write<T>(ownerId: string, work: (tx: Db, emit: Emit) => Promise<T>): Promise<T>;
  /** The time of the store in `delayMs` from now, for due times: see `Store.time`. @default 0 */
  time(delayMs?: number): RawBuilder<number>;
  /** The present time of the store, in ms since the epoch, read in a transaction. */
  readTimeMs(tx: Db): Promise<number>;
  /** The log for the holder of a lease: its writes throw `LeaseLostError` once another replica has the lease. */
  underLease(lease: Lease): EventLog;
}

/** Thrown when another replica has taken over the lease; the transaction is rolled back. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLost';
  constructor() {
    super('the lease was taken over');
  }
}

export function createEventLog(deps: {
  store: Store;
  bus: Bus;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  /** The span that writes, for the links of its events. @default none */
  traceParent?: () => string | undefined;
  /** @default nothing is counted */
  metrics?: Pick<Metrics, 'eventsAppended'>;
}): EventLog {
  const { eventsAppended } = deps.metrics ?? noMetrics;
  /** Numbers drafts of all tables in the order in which they were emitted. @returns the last number */
  const append = async (tx: Db, ownerId: string, drafts: readonly Draft[]): Promise<number> => {
    const written = { occurredAt: deps.clock.now(), traceParent: deps.traceParent?.() ?? null };
    const lastSeq = await takeSequence(tx, ownerId, drafts.length, deps.store.time(deps.clock.evenMs()));
    const numbered = drafts.map((draft, index) => ({
      draft,
      position: { ownerId, seq: lastSeq - drafts.length + 1 + index, ...written },
    }));
    const ofDeployments = numbered.flatMap(({ draft, position }) =>
      'type' in draft ? [{ previousStatus: null, reason: null, ...draft, ...position }] : [],
    );
    const ofLists = numbered.flatMap(({ draft, position }) =>
      'type' in draft || draft.kind === 'WEBHOOK_DISABLED' ? [] : [{ ...draft, ...position }],
    );
    const ofOwner = numbered.flatMap(({ draft, position }) =>
      'kind' in draft && draft.kind === 'WEBHOOK_DISABLED' ? [{ ...draft, ...position }] : [],
    );
    if (ofDeployments.length > 0) await insertEvents(tx, ofDeployments);
    if (ofLists.length > 0) await insertListEvents(tx, ofLists);
    if (ofOwner.length > 0) await insertOwnerEvents(tx, ofOwner);
    return lastSeq;
  };

  const createLog = (lease: Lease | undefined): EventLog => ({
    async write(ownerId, work) {
      const { result, lastSeq, drafts } = await deps.store.transaction(ownerId, async (tx) => {
        if (lease !== undefined && !(await isHeld(tx, lease))) throw new LeaseLostError();
        const drafts: Draft[] = [];
        const result = await work(tx, (draft) => drafts.push(draft));
        return { result, lastSeq: drafts.length === 0 ? 0 : await append(tx, ownerId, drafts), drafts };
      });
      for (const draft of drafts) eventsAppended.add({ type: 'type' in draft ? draft.type : draft.kind });
      if (lastSeq > 0) deps.bus.publish(eventStream(ownerId), lastSeq, topicsOf(drafts));
      return result;
    },
    time: (delayMs) => deps.store.time(deps.clock.evenMs(), delayMs),
    readTimeMs: (tx) => readTimeMs({ db: tx, time: deps.store.time }, deps.clock.evenMs()),
    underLease: createLog,
  });

  return createLog(undefined);
}

/** What the hint of a write names. An event that is about neither a deployment nor a list has no followers to wake. */
function topicsOf(drafts: readonly Draft[]): string[] {
  const topics = drafts.flatMap((draft) => {
    if ('type' in draft) return topicsOfDeployment(draft);
    return draft.kind === 'WEBHOOK_DISABLED' ? [] : listTopic(draft.organisation, draft.taskListId);
  });
  return [...new Set(topics)];
}
