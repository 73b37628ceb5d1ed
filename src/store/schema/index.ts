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
  PromptTable,
  ThreadMessageTable,
  ThreadTable,
  TranscriptTable,
} from './deployments.ts';
import type { UpstreamDriftTable } from './drift.ts';
import type {
  AuditTable,
  CredentialTable,
  KeyCheckTable,
  PasswordResetTable,
  ServiceAccountTable,
  ServiceSecretTable,
  SessionTable,
  SpentTokenTable,
  UserNetworkTable,
  UserTable,
} from './identity.ts';
import type { BudgetTable, DeploymentUsageTable } from './usage.ts';
import type { OwnerEventTable, WebhookDeliveryTable, WebhookSecretTable, WebhookTable } from './webhooks.ts';

export type {
  AiLinkRow,
  AiListRunRow,
  AiTaskRow,
  AiTaskRunRow,
  ListEventRow,
  NewListEventRow,
  SeenAiTaskRow,
} from './ai-tasks.ts';
export type { IntentRow, WatchKind, WatchRow } from './coordination.ts';
export type {
  DeploymentRow,
  EventRow,
  MessageRow,
  NewDeploymentRow,
  NewEventRow,
  PromptRow,
  PromptState,
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
export type { BudgetRow, DeploymentUsageRow } from './usage.ts';
export type {
  NewOwnerEventRow,
  NewWebhookRow,
  OwnerEventRow,
  WebhookDeliveryRow,
  WebhookRow,
  WebhookSecretRow,
} from './webhooks.ts';

/** Every table by its name. */
export interface Schema {
  users: UserTable;
  sessions: SessionTable;
  spentTokens: SpentTokenTable;
  userNetworks: UserNetworkTable;
  passwordResets: PasswordResetTable;
  serviceAccounts: ServiceAccountTable;
  serviceSecrets: ServiceSecretTable;
  audit: AuditTable;
  credentials: CredentialTable;
  keyChecks: KeyCheckTable;
  deployments: DeploymentTable;
  deploymentUsage: DeploymentUsageTable;
  budgets: BudgetTable;
  eventHeads: EventHeadTable;
  events: EventTable;
  messages: MessageTable;
  transcripts: TranscriptTable;
  threads: ThreadTable;
  threadMessages: ThreadMessageTable;
  prompts: PromptTable;
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
  webhooks: WebhookTable;
  webhookSecrets: WebhookSecretTable;
  webhookDeliveries: WebhookDeliveryTable;
  ownerEvents: OwnerEventTable;
}
