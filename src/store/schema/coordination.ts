import type { Selectable } from 'kysely';
import type { Fixed } from './columns.ts';

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
}

/** How many watches a credential has had; `ensureWatch` chooses fences by it. */
export interface WatchCountTable {
  credentialId: Fixed<string>;
  made: number;
}

/** A create or prompt with an idempotency key: written before the upstream call, answered from afterwards. */
export interface IntentTable {
  ownerId: Fixed<string>;
  operation: Fixed<string>;
  key: Fixed<string>;
  /** SHA-256 of the input; the same key with another input is a conflict. */
  fingerprint: Fixed<string>;
  /** When the latest request to the upstream began. */
  createdAt: number;
  /** JSON of the answer; null while the outcome is open. */
  result: string | null;
  /** End of the hold; the holder extends it while it works. */
  heldUntil: number;
  /** Grows each time a process takes the intent over; writes under an older fence are refused. */
  fence: number;
}

export type WatchRow = Selectable<WatchTable>;
export type IntentRow = Selectable<IntentTable>;
