import { auditAgents } from './agents/agents.ts';
import { auditDeployments } from './agents/deployments.ts';
import { auditTasks } from './agents/tasks.ts';
import { auditWatchTokens } from './agents/watch-tokens.ts';
import { auditAiTaskListRuns } from './ai-task-runs/list-runs.ts';
import { auditAiTaskRuns } from './ai-task-runs/task-runs.ts';
import { auditAiTasks } from './ai-tasks/ai-tasks.ts';
import { auditAiTaskLinks } from './ai-tasks/links.ts';
import { auditChats } from './chat/chats.ts';
import type { Audit } from './common/audit.ts';
import { createAudited } from './common/audit-decorators.ts';
import { auditCredentials } from './credentials/credentials.ts';
import type { Services } from './services.ts';
import { auditBudgets } from './usage/budgets.ts';
import { auditWebhooks } from './webhooks/webhooks.ts';

/**
 * The same services, with their acts in the audit log. Changes of credentials, webhooks and budgets and new watch tokens are recorded for
 * every caller, all other changes only when a service acts for a user. Each service lists its acts beside its code; those
 * of identity are recorded inside it.
 */
export function withAudit(services: Services, audit: Audit): Services {
  const forAll = createAudited(audit, () => true);
  const forServices = createAudited(audit, ({ actor }) => actor !== null);
  return {
    ...services,
    credentials: auditCredentials(services.credentials, forAll),
    webhooks: auditWebhooks(services.webhooks, forAll),
    budgets: auditBudgets(services.budgets, forAll),
    agents: auditAgents(services.agents, forServices),
    tasks: auditTasks(services.tasks, forServices),
    deployments: auditDeployments(services.deployments, forServices),
    watchTokens: auditWatchTokens(services.watchTokens, forAll),
    chats: auditChats(services.chats, forServices),
    aiTasks: auditAiTasks(services.aiTasks, forServices),
    aiTaskLinks: auditAiTaskLinks(services.aiTaskLinks, forServices),
    aiTaskRuns: auditAiTaskRuns(services.aiTaskRuns, forServices),
    aiTaskListRuns: auditAiTaskListRuns(services.aiTaskListRuns, forServices),
  };
}
