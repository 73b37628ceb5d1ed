import type { Agents } from './agents/agents.ts';
import type { Conversations } from './agents/conversations.ts';
import type { DeploymentHistory } from './agents/deployment-history.ts';
import type { Deployments } from './agents/deployments.ts';
import type { Feeds } from './agents/feeds.ts';
import type { Tasks } from './agents/tasks.ts';
import type { Transcripts } from './agents/transcripts.ts';
import type { AiTaskListRuns } from './ai-task-runs/list-runs.ts';
import type { AiTaskRuns } from './ai-task-runs/task-runs.ts';
import type { AiTasks } from './ai-tasks/ai-tasks.ts';
import type { AiTaskFeeds } from './ai-tasks/feeds.ts';
import type { AiTaskLinks } from './ai-tasks/links.ts';
import type { AiTaskLists } from './ai-tasks/lists.ts';
import type { Audit } from './common/audit.ts';
import type { Credentials } from './credentials/credentials.ts';
import type { Accounts } from './identity/accounts.ts';
import type { ClientCredentials } from './identity/client-credentials.ts';
import type { KeyedServiceAccounts } from './identity/keyed-service-accounts.ts';
import type { OwnSessions } from './identity/own-sessions.ts';
import type { SignIns } from './identity/sign-ins.ts';
import type { UpstreamDrifts } from './operations/upstream-drift.ts';

/** Everything that a client can request. REST and GraphQL use nothing else. */
export interface Services {
  accounts: Accounts;
  signIns: SignIns;
  ownSessions: OwnSessions;
  serviceAccounts: KeyedServiceAccounts;
  clientCredentials: ClientCredentials;
  audit: Audit;
  credentials: Credentials;
  agents: Agents;
  tasks: Tasks;
  deployments: Deployments;
  deploymentHistory: DeploymentHistory;
  conversations: Conversations;
  transcripts: Transcripts;
  feeds: Feeds;
  aiTasks: AiTasks;
  aiTaskFeeds: AiTaskFeeds;
  aiTaskLinks: AiTaskLinks;
  aiTaskLists: AiTaskLists;
  aiTaskRuns: AiTaskRuns;
  aiTaskListRuns: AiTaskListRuns;
  upstreamDrifts: UpstreamDrifts;
}
