import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

/** Every operation of the schema, and the REST route that does the same through the same service. */
const TWINS: Record<string, string> = {
  'Query.viewer': 'get /v1/me',
  'Query.agents': 'get /v1/agents',
  'Query.agent': 'get /v1/agents/{agentId}',
  'Query.tasks': 'get /v1/tasks',
  'Query.task': 'get /v1/tasks/{taskId}',
  'Query.deployments': 'get /v1/tasks/{taskId}/deployments',
  'Query.deployment': 'get /v1/deployments/{deploymentId}',
  'Query.transcript': 'get /v1/deployments/{deploymentId}/transcript',
  'Query.myDeployments': 'get /v1/deployments',
  'Query.usage': 'get /v1/usage',
  'Query.budgets': 'get /v1/budgets',
  'Mutation.setBudget': 'put /v1/budgets',
  'Mutation.deleteBudget': 'delete /v1/budgets/{budgetId}',
  'Query.deploymentEvents': 'get /v1/deployments/{deploymentId}/events',
  'Mutation.saveQuantConnectCredential': 'post /v1/credentials',
  'Mutation.saveQuantCdnCredential': 'post /v1/credentials',
  'Mutation.updateCredential': 'patch /v1/credentials/{credentialId}',
  'Mutation.verifyCredential': 'post /v1/credentials/{credentialId}/verify',
  'Mutation.deleteCredential': 'delete /v1/credentials/{credentialId}',
  'Mutation.createAgent': 'post /v1/agents',
  'Mutation.updateAgent': 'patch /v1/agents/{agentId}',
  'Mutation.deleteAgent': 'delete /v1/agents/{agentId}',
  'Mutation.createTask': 'post /v1/tasks',
  'Mutation.updateTask': 'patch /v1/tasks/{taskId}',
  'Mutation.deleteTask': 'delete /v1/tasks/{taskId}',
  'Mutation.deployTask': 'post /v1/tasks/{taskId}/deployments',
  'Mutation.promptDeployment': 'post /v1/deployments/{deploymentId}/prompts',
  'Mutation.createWatchToken': 'post /v1/deployments/{deploymentId}/watch-tokens',
  'Mutation.stopDeployment': 'post /v1/deployments/{deploymentId}/stop',
  'Mutation.deleteDeployment': 'delete /v1/deployments/{deploymentId}',
  'Subscription.deploymentEvents': 'get /v1/deployments/{deploymentId}/events',
  'Subscription.conversationMessages': 'get /v1/deployments/{deploymentId}/conversation',
  'Subscription.conversationUsage': 'get /v1/deployments/{deploymentId}/conversation',
  'Query.aiTasks': 'get /v1/ai-tasks',
  'Query.aiTask': 'get /v1/ai-tasks/{taskId}',
  'Query.aiTaskLists': 'get /v1/ai-task-lists',
  'Query.aiTaskGraph': 'get /v1/ai-task-lists/{taskListId}/graph',
  'Query.aiTaskListRun': 'get /v1/ai-task-lists/{taskListId}/run',
  'Mutation.createAiTask': 'post /v1/ai-tasks',
  'Mutation.updateAiTask': 'patch /v1/ai-tasks/{taskId}',
  'Mutation.claimAiTask': 'post /v1/ai-tasks/{taskId}/claim',
  'Mutation.deleteAiTask': 'delete /v1/ai-tasks/{taskId}',
  'Mutation.linkAiTask': 'put /v1/ai-tasks/{taskId}/link',
  'Mutation.runAiTask': 'post /v1/ai-tasks/{taskId}/runs',
  'Mutation.runAiTaskList': 'post /v1/ai-task-lists/{taskListId}/run',
  'Mutation.stopAiTaskList': 'post /v1/ai-task-lists/{taskListId}/run/stop',
  'Subscription.aiTaskChanged': 'get /v1/ai-task-lists/{taskListId}/events',
  'Subscription.aiTaskListRunChanged': 'get /v1/ai-task-lists/{taskListId}/events',
};

test('every operation of the schema has its REST twin', async () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
  const operations = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
    (type) => Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
  );
  await using gateway = await bootGateway();
  const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );

  expect(Object.keys(TWINS).toSorted()).toEqual(operations.toSorted());
  for (const [operation, route] of Object.entries(TWINS)) expect.soft(routes, operation).toContain(route);
});
