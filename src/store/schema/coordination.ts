import type { Generated, Selectable } from 'kysely';
import type { Fixed, Flag } from './columns.ts';

/** What a watch polls. Each kind has its reconciler. */
export type WatchKind = 'DEPLOYMENTS' | 'AI_TASK_LIST' | 'AI_TASK_RUN' | 'AI_TASK_LIST_RUN';

/** What is polled together, with one credential, and when next. */
export interface WatchTable {
  kind: Fixed<WatchKind>;
  credentialId: Fixed<string>;
  /** `DEPLOYMENTS`: the organization, '' while it is unknown. `AI_TASK_LIST`: the id of the list. Of a run: its id. */
  scope: Fixed<string>;
  ownerId: Fixed<string>;
  nextLookAt: number;
  pauseMs: number;
  /** Failed polls in a row. */
  failures: number;
  /** Why polling is degraded, once an event has said so. */
  degradedReason: string | null;
  /** Interest of clients; only lists of AI tasks are polled for as long as it lasts. */
  wantedUntil: number;
  /** Another process may claim the watch from then on. */
  leaseUntil: number;
  /** Grows with each claim; writes under an older fence are refused. */
  fence: number;
  /**
   * The process that made the latest claim, and the fence of that claim: see `claimWatches`. Null, or of an older fence,
   * when a version that does not write it has claimed the watch.
   */
  leaseHolder: string | null;
  /**
   * When the last read began that has shown all unfinished deployments of the watch, in ms since the epoch: a time for
   * people; 0 before the first one. See `DeploymentTable.observedAt`.
   */
  seenAt: Generated<number>;
}

/** How many watches a credential has had; `ensureWatch` chooses fences by it. */
export interface WatchCountTable {
  credentialId: Fixed<string>;
  made: number;
}

/** A request that must act at most once: written before it is sent, answered from afterwards. */
export interface IntentTable {
  ownerId: Fixed<string>;
  operation: Fixed<string>;
  /** The client's idempotency key; a generated one for a request without (`isKeyed` 0). */
  key: Fixed<string>;
  /** SHA-256 of the input; the same key with another input is a conflict. */
  fingerprint: Fixed<string>;
  /** When the intent was written, or its request last sent. */
  createdAt: number;
  /** JSON of the answer; null while the outcome is open. */
  result: string | null;
  /** End of the hold; the holder extends it while it works. */
  heldUntil: number;
  /** Grows each time a process takes the intent over; writes under an older fence are refused. */
  fence: number;
  /**
   * Requests with equal turn keys are sent one after the other, across all owners, because the outcomes of lost ones look
   * alike; null for what only the store decides.
   */
  turnKey: string | null;
  /** The credential that the request is sent with. */
  credentialId: string | null;
  /** JSON of what is needed to find and record the outcome without the caller; holds no secret and no prompt. */
  request: string | null;
  /** When the request was last sent, in the store's time; null while it is certain that nothing was sent. */
  sentAt: number | null;
  /** The id upstream of what the request created; null while it is not known. */
  outcomeId: string | null;
  /** 1 once the effect of the outcome is in the log. */
  isRecorded: Flag;
  /** 0 for a request without an idempotency key. */
  isKeyed: Fixed<Flag>;
  /** When the sweeper last tried it, in the store's time. */
  sweptAt: Generated<number>;
}

export type WatchRow = Selectable<WatchTable>;
export type IntentRow = Selectable<IntentTable>;
