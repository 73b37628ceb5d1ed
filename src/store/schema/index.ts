import type {
  AiLinkTable,
  AiListRunTable,
  AiTaskRunTable,
  AiTaskTable,
  ListEventTable,
  SeenAiTaskTable,
} from './ai-tasks.ts';
import type { IntentTable, WatchCountTable, WatchTable } from './coordination.ts';
import type {
  DeploymentTable,
  EventHeadTable,
  EventTable,
  MessageTable,
  ThreadMessageTable,
  ThreadTable,
  TranscriptTable,
} from './deployments.ts';
import type { UpstreamDriftTable } from './drift.ts';
import type {
  AuditTable,
  CredentialTable,
  KeyCheckTable,
  ServiceAccountTable,
  ServiceSecretTable,
  SessionTable,
  SpentTokenTable,
  UserNetworkTable,
  UserTable,
} from './identity.ts';

export type {
  AiLinkRow,
  AiListRunRow,
  AiTaskRow,
  AiTaskRunRow,
  ListEventRow,
  SeenAiTaskRow,
} from './ai-tasks.ts';
export type { IntentRow, WatchKind, WatchRow } from './coordination.ts';
export type {
  DeploymentRow,
  EventRow,
  MessageRow,
  NewDeploymentRow,
  ThreadMessageRow,
  ThreadRow,
  TranscriptRow,
} from './deployments.ts';
export type { UpstreamDriftRow } from './drift.ts';
export type {
  AuditRow,
  CredentialRow,
  NewCredentialRow,
  ServiceAccountRow,
  ServiceSecretRow,
  SessionRow,
  UserRow,
} from './identity.ts';

/** Every table by its name. */
export interface Schema {
  users: UserTable;
  sessions: SessionTable;
  spentTokens: SpentTokenTable;
  userNetworks: UserNetworkTable;
  serviceAccounts: ServiceAccountTable;
  serviceSecrets: ServiceSecretTable;
  audit: AuditTable;
  credentials: CredentialTable;
  keyChecks: KeyCheckTable;
  deployments: DeploymentTable;
  eventHeads: EventHeadTable;
  events: EventTable;
  messages: MessageTable;
  transcripts: TranscriptTable;
  threads: ThreadTable;
  threadMessages: ThreadMessageTable;
  watches: WatchTable;
  watchCounts: WatchCountTable;
  intents: IntentTable;
  aiTasks: AiTaskTable;
  seenAiTasks: SeenAiTaskTable;
  aiLinks: AiLinkTable;
  listEvents: ListEventTable;
  aiTaskRuns: AiTaskRunTable;
  aiListRuns: AiListRunTable;
  upstreamDrift: UpstreamDriftTable;
}
