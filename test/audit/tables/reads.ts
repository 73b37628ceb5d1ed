/** A read of what a user has. */
export interface Read {
  query: string;
  /** Names of `CanaryIds` that it takes as variables. */
  takes?: readonly string[];
  /** True when its answer holds texts of the user. */
  hasText: boolean;
}

const PARTS = 'messages { parts { __typename ... on TextPart { text } } }';

/** Every query of the schema, by its name. */
export const queries: Record<string, Read> = {
  viewer: { query: '{ viewer { id email credentials { id label account tokenHint } } }', hasText: true },
  agents: { query: '{ agents { id name description systemPrompt tasks { prompt } } }', hasText: true },
  agent: {
    query: 'query ($agentId: ID!) { agent(id: $agentId) { name description systemPrompt author { name } } }',
    takes: ['agentId'],
    hasText: true,
  },
  tasks: { query: '{ tasks { id name prompt owner { name } agent { name } } }', hasText: true },
  task: {
    query: 'query ($taskId: ID!) { task(id: $taskId) { name prompt agent { name } deployments { prompt } } }',
    takes: ['taskId'],
    hasText: true,
  },
  deployments: {
    query: 'query ($taskId: ID!) { deployments(taskId: $taskId) { id prompt task { name } } }',
    takes: ['taskId'],
    hasText: true,
  },
  deployment: {
    query: `query ($deploymentId: ID!) {
      deployment(id: $deploymentId) { id prompt agent { name } conversation { ${PARTS} } }
    }`,
    takes: ['deploymentId'],
    hasText: true,
  },
  myDeployments: { query: '{ myDeployments { nodes { id prompt task { name } } } }', hasText: true },
  deploymentEvents: {
    query: '{ deploymentEvents { nodes { id deploymentId deployment { prompt } } } }',
    hasText: true,
  },
  transcript: {
    query: `query ($deploymentId: ID!) { transcript(deploymentId: $deploymentId) { conversation { ${PARTS} } } }`,
    takes: ['deploymentId'],
    hasText: true,
  },
  aiTasks: { query: '{ aiTasks { id title description metadata } }', hasText: true },
  aiTask: {
    query: 'query ($aiTaskId: ID!) { aiTask(id: $aiTaskId) { title description agentTask { name } } }',
    takes: ['aiTaskId'],
    hasText: true,
  },
  aiTaskGraph: {
    query: 'query ($list: ID!) { aiTaskGraph(taskListId: $list) { nodes { task { id title } } } }',
    takes: ['list'],
    hasText: true,
  },
  aiTaskLists: { query: '{ aiTaskLists { id taskCount } }', hasText: false },
  budgets: { query: '{ budgets { id usedTokens } }', hasText: false },
  usage: { query: '{ usage(groupBy: DEPLOYMENT) { key inputTokens } }', hasText: false },
  aiTaskListRun: {
    query: 'query ($list: ID!) { aiTaskListRun(taskListId: $list) { id runs { id } } }',
    takes: ['list'],
    hasText: false,
  },
};

/** Every subscription of the schema; the first item is looked at. */
export const subscriptions: Record<string, Read> = {
  deploymentEvents: {
    query: `subscription ($deploymentId: ID!) {
      deploymentEvents(deploymentId: $deploymentId, after: "0") { id deployment { prompt } }
    }`,
    takes: ['deploymentId'],
    hasText: true,
  },
  conversationMessages: {
    query: `subscription ($deploymentId: ID!) {
      conversationMessages(deploymentId: $deploymentId) { role parts { ... on TextPart { text } } }
    }`,
    takes: ['deploymentId'],
    hasText: true,
  },
  conversationUsage: {
    query: 'subscription ($deploymentId: ID!) { conversationUsage(deploymentId: $deploymentId) { turns } }',
    takes: ['deploymentId'],
    hasText: false,
  },
  aiTaskChanged: {
    query: 'subscription ($list: ID!) { aiTaskChanged(taskListId: $list, after: "0") { id title } }',
    takes: ['list'],
    hasText: true,
  },
  aiTaskListRunChanged: {
    query: 'subscription ($list: ID!) { aiTaskListRunChanged(taskListId: $list) { id } }',
    takes: ['list'],
    hasText: false,
  },
};

/** Every route of REST that reads what a user has, and whether its answer holds texts of the user. */
export const routes: Record<string, boolean> = {
  '/v1/me': true,
  '/v1/sessions': false,
  '/v1/credentials': false,
  '/v1/agents': true,
  '/v1/agents/{agentId}': true,
  '/v1/tasks': true,
  '/v1/tasks/{taskId}': true,
  '/v1/tasks/{taskId}/deployments': true,
  '/v1/deployments': true,
  '/v1/deployments/{deploymentId}': true,
  '/v1/deployments/{deploymentId}/conversation': true,
  '/v1/deployments/{deploymentId}/transcript': true,
  '/v1/deployments/{deploymentId}/events': false,
  '/v1/events': false,
  '/v1/ai-tasks': true,
  '/v1/ai-tasks/{aiTaskId}': true,
  '/v1/ai-task-lists': false,
  '/v1/ai-task-lists/{list}/graph': true,
  '/v1/ai-task-lists/{list}/run': false,
  '/v1/ai-task-lists/{list}/events': true,
};
