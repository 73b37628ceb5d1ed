import type { ColumnType, Insertable, Selectable } from 'kysely';
import type { DeploymentStatus } from '../../domain/deployment-status.ts';

/** Times are milliseconds since the epoch, flags 0 or 1, objects JSON text: the same on every database. */
type Flag = 0 | 1;
/** A column that is written once. */
type Fixed<T> = ColumnType<T, T, never>;

/**
 * Everybody who can own something: a person who signs in, or a service account, which has a row of its own table
 * besides and neither e-mail nor password. So every owner is one column that points here, and goes away alike.
 */
interface UserTable {
  id: Fixed<string>;
  /** Trimmed and lower-cased; unique. */
  email: string | null;
  /** PHC string of argon2id. */
  passwordHash: string | null;
  /** JSON array of roles. */
  roles: string;
  createdAt: Fixed<number>;
}

/** One sign-in on one device: the family of its refresh tokens. */
interface SessionTable {
  id: Fixed<string>;
  userId: Fixed<string>;
  createdAt: Fixed<number>;
  expiresAt: number;
  /** Wins over every grace: a revoked family never comes back. */
  revokedAt: number | null;
  /** SHA-256 (base64url) of the refresh token that is to be used next. */
  currentHash: string;
  /** SHA-256 of the token that the current one replaced; answers again within the grace. */
  parentHash: string | null;
  rotatedAt: number | null;
  /** What the browser or program called itself at sign-in. */
  userAgent: Fixed<string | null>;
}

/** Refresh tokens a session has used up. All but the parent of the current one end the session when presented. */
interface SpentTokenTable {
  hash: Fixed<string>;
  sessionId: Fixed<string>;
}

/** What only service accounts have; the id is that of their row in `users`. */
interface ServiceAccountTable {
  id: Fixed<string>;
  name: Fixed<string>;
  /** JSON array of scopes. */
  scopes: Fixed<string>;
  createdAt: Fixed<number>;
}

/** What a service account proves itself with; tokens got with a secret end with it. */
interface ServiceSecretTable {
  id: Fixed<string>;
  serviceId: Fixed<string>;
  /** SHA-256, base64url. */
  hash: Fixed<string>;
  createdAt: Fixed<number>;
  lastUsedAt: number | null;
}

/** One security act. Names are kept as they were: the row outlives everybody it tells of. */
interface AuditTable {
  /** Sorts by time. */
  id: Fixed<string>;
  at: Fixed<number>;
  act: Fixed<string>;
  /** Null: nobody known, or the gateway itself. */
  actorId: Fixed<string | null>;
  actorName: Fixed<string | null>;
  /** The user a service acted for, or whose thing the gateway acted on. */
  onBehalfOfId: Fixed<string | null>;
  onBehalfOfName: Fixed<string | null>;
  /** `OK`, or the error code. */
  outcome: Fixed<string>;
  /** JSON object of ids. */
  subjects: Fixed<string>;
  address: Fixed<string | null>;
}

/** A user's upstream credential. The secret is sealed by the vault; nothing else can read it. */
interface CredentialTable {
  id: Fixed<string>;
  ownerId: Fixed<string>;
  provider: Fixed<'QUANTCONNECT' | 'QUANTCDN'>;
  label: string | null;
  /** The upstream's own name of the account: QuantConnect user id, QuantCDN organisation. */
  account: Fixed<string>;
  organizationId: string | null;
  /** Last four characters of the secret. */
  tokenHint: string;
  /** Envelope of the vault, as JSON. */
  sealed: string;
  /** Key that wraps the data key of `sealed`. */
  kid: string;
  status: 'VERIFIED' | 'UNVERIFIED' | 'REJECTED';
  isDefault: Flag;
  createdAt: Fixed<number>;
  /** When a caller's request was first answered with it. */
  firstUsedAt: number | null;
}

/** One sealed canary per wrapping key: tells a wrong key from a right one before any data is touched. */
interface KeyCheckTable {
  kid: Fixed<string>;
  sealed: string;
}

/** A deployment as the gateway last saw it upstream, and what it does about it. */
interface DeploymentTable {
  ownerId: Fixed<string>;
  /** The upstream's id, `A-…`. */
  id: Fixed<string>;
  /** The credential it is looked at with; null once that was deleted. */
  credentialId: string | null;
  /** Unknown until the task has been read. */
  organizationId: string | null;
  taskId: string | null;
  rawStatus: string;
  status: DeploymentStatus;
  isTerminal: Flag;
  /** The facts last seen, as JSON of `Deployment` of the upstream client. */
  state: string;
  /** When the look that brought this state was begun; an older look never overwrites a newer one. */
  observedAt: number;
  /** 1 while the last look failed: the state is the last one seen. */
  isStale: Flag;
  /** 1 while the poller has to look at it. */
  isWatched: Flag;
  /** Until when someone waits for messages: the conversation is read with each look. */
  messagesWantedUntil: number;
  /** When the conversation was last read. */
  messagesReadAt: number;
  /** Watching goes on at least until then, although the deployment has ended: late messages, late revivals. */
  settleAt: number;
  /** 1 once it was deleted upstream. */
  isDeleted: Flag;
  /** JSON of the guard, or null. */
  guard: string | null;
  /** JSON of the guard's verdict once it tripped; the stop is repeated until it is seen. */
  guardTripped: string | null;
  inputTokens: number;
  outputTokens: number;
  createdAt: Fixed<number>;
  /** When the run under way began: at the birth, or at the prompt that revived it. */
  runStartedAt: number;
}

/** What the poller does with a watch. */
export type WatchKind = 'DEPLOYMENTS' | 'AI_TASK_LIST' | 'AI_TASK_RUN' | 'AI_TASK_LIST_RUN';

/** What is looked at together, with one credential. */
interface WatchTable {
  kind: Fixed<WatchKind>;
  credentialId: Fixed<string>;
  /**
   * `DEPLOYMENTS`: the organization, '' while it is unknown. `AI_TASK_LIST`: the id of the list. Of a run: its id.
   */
  scope: Fixed<string>;
  ownerId: Fixed<string>;
  nextLookAt: number;
  pauseMs: number;
  /** Failed looks in a row. */
  failures: number;
  /** Why watching is degraded, once that was announced. */
  degradedReason: string | null;
  /** Until when somebody waits for what it finds; only lists of AI tasks are watched on demand. */
  wantedUntil: number;
  /** Nobody else takes it before this moment: somebody is looking. */
  leaseUntil: number;
  /** Grows with each lease: whoever holds an older one writes nothing any more. */
  fence: number;
}

/** How many watches a credential has had; see `freshFence`. */
interface WatchCountTable {
  credentialId: Fixed<string>;
  made: number;
}

/** The head of an owner's log, taken under the row's lock: ids are given out in commit order. */
interface EventHeadTable {
  ownerId: Fixed<string>;
  lastSeq: number;
  /** Events up to here are no longer kept. */
  prunedSeq: number;
}

/** The log of deployments. `seq` is the cursor. */
interface EventTable {
  ownerId: Fixed<string>;
  seq: Fixed<number>;
  type: Fixed<EventType>;
  deploymentId: Fixed<string>;
  taskId: Fixed<string | null>;
  status: Fixed<DeploymentStatus>;
  previousStatus: Fixed<DeploymentStatus | null>;
  rawStatus: Fixed<string>;
  reason: Fixed<string | null>;
  occurredAt: Fixed<number>;
}

/** The newest version of each conversation message; `revision` orders the changes of one deployment. */
interface MessageTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  position: Fixed<number>;
  revision: number;
  /** JSON of `ConversationMessage` of the upstream client. */
  body: string;
}

/** A create or prompt a caller gave a key to: written before the upstream call, answered from afterwards. */
interface IntentTable {
  ownerId: Fixed<string>;
  operation: Fixed<string>;
  key: Fixed<string>;
  /** SHA-256 of the input: the same key with other input is a conflict. */
  fingerprint: Fixed<string>;
  /** When what was sent last was begun. */
  createdAt: number;
  /** JSON of the answer, or null while the outcome is open. */
  result: string | null;
  /** A process is at it until then, and says so anew while it is. */
  heldUntil: number;
  /** Grows with each process that takes it over: an earlier one changes it no more. */
  fence: number;
}

/** A task of QuantCDN in a list that is watched, as the gateway last saw it. */
interface AiTaskTable {
  ownerId: Fixed<string>;
  organisation: Fixed<string>;
  id: Fixed<string>;
  taskListId: string;
  /** JSON of `AiTask` of the upstream client. */
  state: string;
  /** When the look that brought this state was begun; an older look never overwrites a newer one. */
  observedAt: number;
  /** 1 once it had left the list: deleted, moved or expired. */
  isGone: Flag;
}

/** Which task of QuantConnect an AI task was last seen linked to: an index, the truth is in the AI task's metadata. */
interface AiLinkTable {
  ownerId: Fixed<string>;
  organisation: Fixed<string>;
  aiTaskId: Fixed<string>;
  taskId: string;
}

/** What happened in lists of AI tasks; one sequence with `events`, so that one cursor serves all. */
interface ListEventTable {
  ownerId: Fixed<string>;
  seq: Fixed<number>;
  kind: Fixed<ListEventKind>;
  organisation: Fixed<string>;
  taskListId: Fixed<string>;
  /** Id of the task, or of the run of the list. */
  subjectId: Fixed<string>;
  /** JSON of what it was then. */
  body: Fixed<string>;
  occurredAt: Fixed<number>;
}

/** What a list event tells of: a task as it is now, one that has left the list, or a run of the whole list. */
export type ListEventKind = 'TASK' | 'TASK_GONE' | 'LIST_RUN';

/**
 * How far the run of an AI task has come. `STARTING`: it is being claimed; `DEPLOYING`: it is claimed, and the agent's
 * task is being deployed; `RUNNING`; `FINISHING`: the deployment has ended, and the AI task is to be told.
 */
export type AiTaskRunState = 'STARTING' | 'DEPLOYING' | 'RUNNING' | 'FINISHING' | 'COMPLETED' | 'FAILED';

/** An AI task that is run as a deployment of an agent's task: written before anything is sent. */
interface AiTaskRunTable {
  ownerId: Fixed<string>;
  id: Fixed<string>;
  /** Of QuantCDN, for the AI task; null once it was deleted. */
  credentialId: string | null;
  /** Of QuantConnect, for the deployment. */
  agentCredentialId: Fixed<string>;
  organisation: Fixed<string>;
  aiTaskId: Fixed<string>;
  taskListId: Fixed<string | null>;
  /** The run of the whole list that started it. */
  listRunId: Fixed<string | null>;
  /** The agent's task; known once the AI task has been read. */
  taskId: string | null;
  state: AiTaskRunState;
  deploymentId: string | null;
  /** What the AI task was last told of the progress. */
  progressMessage: string | null;
  /** Why it has failed, or what it waits for. */
  reason: string | null;
  createdAt: Fixed<number>;
  endedAt: number | null;
}

/** How far the run of a list has come; `STOPPING` starts nothing more. */
export type AiListRunState = 'RUNNING' | 'STOPPING' | 'STOPPED' | 'COMPLETED' | 'FAILED';

/** A list of AI tasks that is run in the order of its dependencies. */
interface AiListRunTable {
  ownerId: Fixed<string>;
  id: Fixed<string>;
  credentialId: string | null;
  agentCredentialId: Fixed<string>;
  organisation: Fixed<string>;
  taskListId: Fixed<string>;
  maxParallel: Fixed<number>;
  state: AiListRunState;
  /** Why it has not completed. */
  reason: string | null;
  createdAt: Fixed<number>;
  endedAt: number | null;
}

/** Every table. */
export interface Schema {
  users: UserTable;
  sessions: SessionTable;
  spentTokens: SpentTokenTable;
  serviceAccounts: ServiceAccountTable;
  serviceSecrets: ServiceSecretTable;
  audit: AuditTable;
  credentials: CredentialTable;
  keyChecks: KeyCheckTable;
  deployments: DeploymentTable;
  watches: WatchTable;
  watchCounts: WatchCountTable;
  eventHeads: EventHeadTable;
  events: EventTable;
  messages: MessageTable;
  intents: IntentTable;
  aiTasks: AiTaskTable;
  aiLinks: AiLinkTable;
  listEvents: ListEventTable;
  aiTaskRuns: AiTaskRunTable;
  aiListRuns: AiListRunTable;
}

/** What can happen to a deployment in the log. */
export type EventType =
  | 'CREATED'
  | 'STATUS_CHANGED'
  | 'PROMPTED'
  | 'GUARD_TRIPPED'
  | 'DELETED'
  | 'WATCH_DEGRADED'
  | 'WATCH_RECOVERED';

export type UserRow = Selectable<UserTable>;
export type SessionRow = Selectable<SessionTable>;
export type ServiceAccountRow = Selectable<ServiceAccountTable>;
export type ServiceSecretRow = Selectable<ServiceSecretTable>;
export type AuditRow = Selectable<AuditTable>;
export type CredentialRow = Selectable<CredentialTable>;
export type NewCredentialRow = Insertable<CredentialTable>;
export type DeploymentRow = Selectable<DeploymentTable>;
export type NewDeploymentRow = Insertable<DeploymentTable>;
export type WatchRow = Selectable<WatchTable>;
export type EventRow = Selectable<EventTable>;
export type MessageRow = Selectable<MessageTable>;
export type IntentRow = Selectable<IntentTable>;
export type AiTaskRow = Selectable<AiTaskTable>;
export type AiLinkRow = Selectable<AiLinkTable>;
export type ListEventRow = Selectable<ListEventTable>;
export type AiTaskRunRow = Selectable<AiTaskRunTable>;
export type AiListRunRow = Selectable<AiListRunTable>;
