import type { Accounts } from './accounts.ts';
import type { Agents } from './agents.ts';
import type { Conversations } from './conversations.ts';
import type { Credentials } from './credentials.ts';
import type { Deployments } from './deployments.ts';
import type { Feeds } from './feeds.ts';
import type { Tasks } from './tasks.ts';

/** Everything a client can ask; the doors (GraphQL, REST) have nothing else to ask. */
export interface Services {
  accounts: Accounts;
  credentials: Credentials;
  agents: Agents;
  tasks: Tasks;
  deployments: Deployments;
  conversations: Conversations;
  feeds: Feeds;
}
