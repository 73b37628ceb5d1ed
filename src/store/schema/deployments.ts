import type { Generated, Insertable, Selectable } from 'kysely';
import type { DeploymentEventType, DeploymentStatus } from '../../domain/deployment.ts';
import type { Guard, GuardLimit } from '../../domain/deployment-guard.ts';
import type { StopCause } from '../../domain/end-reason.ts';
import type { ObservedDeployment, ObservedMessage } from '../../domain/observed.ts';
import type { JsonText } from '../../lib/json.ts';
import type { Fixed, Flag, TraceParent } from './columns.ts';

/** A deployment as the gateway last observed it, and how it is polled. */
export interface DeploymentTable {
  ownerId: Fixed<string>;
  /** The upstream's id, `A-…`. */
  id: Fixed<string>;
  /** The credential it is polled with; null once that was deleted. */
  credentialId: string | null;
  /** Null until the task has been read. */
  organizationId: string | null;
  taskId: string | null;
  rawStatus: string;
  status: DeploymentStatus;
  isTerminal: Flag;
  /** What was last observed; fields that the task list leaves out are from an earlier read. */
  state: JsonText<ObservedDeployment>;
  /**
   * When the read began that first showed `state`, or a later one of a client: a time for people. `revision` orders
   * observations. Polls that show nothing new note their time in `WatchTable.seenAt`: see `withSeenAt`.
   */
  observedAt: number;
  /** Grows with each observation that is stored of the owner's deployments: see `ReadStart`. */
  revision: Generated<number>;
  /** 1 while the last poll failed, so that `state` may be out of date. */
  isStale: Flag;
  /** 1 while it is polled. */
  isWatched: Flag;
  /** The conversation is read with each poll until then. */
  messagesWantedUntil: number;
  /** When the conversation was last read. */
  messagesReadAt: number;
  /** When an end was seen whose transcript is not stored yet; 0 when none is due. */
  transcriptDueAt: Generated<number>;
  /** Polling goes on until then, although the deployment has ended: messages may come late, a prompt may revive it. */
  settleAt: number;
  /** 1 once it was deleted upstream. */
  isDeleted: Flag;
  guard: JsonText<Guard> | null;
  /** Why the guard tripped, once it has. The stop is repeated until the deployment is observed as ended. */
  guardTripped: string | null;
  /** Why the gateway stops, or has stopped, the present execution; null when it does not. */
  stopCause: StopCause | null;
  /** The limits that the log has warned of. */
  guardWarned: JsonText<GuardLimit[]> | null;
  inputTokens: number;
  outputTokens: number;
  turns: Generated<number>;
  /** When it was created: as the upstream says, if it was found more than a minute later, else when it was stored. */
  createdAt: Fixed<number>;
  /** When the present execution began: at creation, or at the prompt that revived the deployment. */
  runStartedAt: number;
}

/** The head of an owner's log. The row is locked while numbers are taken, so they become visible in commit order. */
export interface EventHeadTable {
  ownerId: Fixed<string>;
  lastSeq: number;
  /** Events up to this number were pruned. */
  prunedSeq: number;
}

/** Events of deployments. `seq` is the cursor. */
export interface EventTable {
  ownerId: Fixed<string>;
  seq: Fixed<number>;
  type: Fixed<DeploymentEventType>;
  deploymentId: Fixed<string>;
  taskId: Fixed<string | null>;
  status: Fixed<DeploymentStatus>;
  previousStatus: Fixed<DeploymentStatus | null>;
  rawStatus: Fixed<string>;
  reason: Fixed<string | null>;
  occurredAt: Fixed<number>;
  traceParent: TraceParent;
}

/** The newest version of each conversation message; `revision` orders the changes of one deployment; it is numbered like `EventTable.seq`. */
export interface MessageTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  position: Fixed<number>;
  revision: number;
  body: JsonText<ObservedMessage>;
}

/** What was said in one thread of a deployment, as it was last read. Only the vault can open it. */
export interface TranscriptTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  /** '' for the deployment's own thread, else the id by which a sub-agent's thread is read. */
  thread: Fixed<string>;
  /** The credential it was read with. */
  credentialId: string;
  /** Key that wraps the data key. */
  kid: string;
  /** JSON of the data key, encrypted by the key `kid`. It is a column of its own, so that a new key need not read the body. */
  wrappedKey: string;
  /** JSON of the compressed text, encrypted by the data key. */
  body: string;
  readAt: number;
  /** From when its age counts: the end of the run, or the time of the read while it goes on. */
  keptFrom: number;
}

export type TranscriptRow = Selectable<TranscriptTable>;
/** The thread of a sub-agent that clients have followed. */
export interface ThreadTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  callableId: Fixed<string>;
  /** It is read with each poll until then. */
  wantedUntil: number;
}

/** Like `MessageTable`, of one thread. */
export interface ThreadMessageTable extends MessageTable {
  callableId: Fixed<string>;
}

/**
 * `RESERVED`: a request is sending it, and no other begins. `QUEUED`: waits for the end of the run. `SENDING`: the worker is
 * sending it. `REFUSED`: the upstream, or the gateway, has said no.
 */
export type PromptState = 'RESERVED' | 'QUEUED' | 'SENDING' | 'SENT' | 'CANCELLED' | 'REFUSED';

/** A prompt that a client may ask for later: one of a chat, or one that waits for the end of a run. */
export interface PromptTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  /** Made from the idempotency key, where there is one. */
  id: Fixed<string>;
  state: PromptState;
  /** The order of the prompts of an owner. */
  number: Fixed<number>;
  /** Null once it is neither queued nor being sent. */
  text: string | null;
  /** The credential to send it with. */
  credentialId: Fixed<string>;
  /** How many messages the conversation had: its own message comes after them. */
  fromIndex: Fixed<number>;
  changedAt: number;
}

export type PromptRow = Selectable<PromptTable>;
export type ThreadRow = Selectable<ThreadTable>;
export type ThreadMessageRow = Selectable<ThreadMessageTable>;
export type DeploymentRow = Selectable<DeploymentTable>;
export type NewDeploymentRow = Insertable<DeploymentTable>;
export type EventRow = Selectable<EventTable>;
export type NewEventRow = Insertable<EventTable>;
export type MessageRow = Selectable<MessageTable>;
