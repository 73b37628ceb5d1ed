import type { Accounts } from './accounts.ts';
import type { Agents } from './agents.ts';
import type { AiTaskFeeds } from './ai-task-feeds.ts';
import type { AiTaskRuns } from './ai-task-runs.ts';
import type { AiTasks } from './ai-tasks.ts';
import type { Audit } from './audit.ts';
import type { ClientCredentials } from './client-credentials.ts';
import type { Conversations } from './conversations.ts';
import type { Credentials } from './credentials.ts';
import type { Deployments } from './deployments.ts';
import type { Feeds } from './feeds.ts';
import type { KeyedServiceAccounts } from './keyed-service-accounts.ts';
import type { OwnSessions } from './own-sessions.ts';
import type { SignIns } from './sign-ins.ts';
import type { Tasks } from './tasks.ts';

/** Everything a client can ask; the doors (GraphQL, REST) have nothing else to ask. */
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
  conversations: Conversations;
  feeds: Feeds;
  aiTasks: AiTasks;
  aiTaskFeeds: AiTaskFeeds;
  aiTaskRuns: AiTaskRuns;
}
