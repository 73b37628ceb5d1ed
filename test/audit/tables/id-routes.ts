/** A route of REST with the id of something that a user has. */
export interface IdRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With names of ids in braces. */
  path: string;
  body?: object;
}

/** Every route that takes an id of the caller's own things. */
export const idRoutes: readonly IdRoute[] = [
  { method: 'GET', path: '/v1/agents/{agentId}' },
  { method: 'PATCH', path: '/v1/agents/{agentId}', body: { name: 'stolen' } },
  { method: 'DELETE', path: '/v1/agents/{agentId}' },
  { method: 'GET', path: '/v1/tasks/{taskId}' },
  { method: 'PATCH', path: '/v1/tasks/{taskId}', body: { name: 'stolen' } },
  { method: 'DELETE', path: '/v1/tasks/{taskId}' },
  { method: 'GET', path: '/v1/tasks/{taskId}/deployments' },
  { method: 'POST', path: '/v1/tasks/{taskId}/deployments', body: {} },
  { method: 'GET', path: '/v1/deployments/{deploymentId}' },
  { method: 'DELETE', path: '/v1/deployments/{deploymentId}' },
  { method: 'POST', path: '/v1/deployments/{deploymentId}/prompts', body: { prompt: 'Leak' } },
  { method: 'POST', path: '/v1/deployments/{deploymentId}/stop' },
  { method: 'POST', path: '/v1/deployments/{deploymentId}/watch-tokens', body: {} },
  { method: 'GET', path: '/v1/deployments/{deploymentId}/conversation' },
  { method: 'GET', path: '/v1/deployments/{deploymentId}/transcript' },
  { method: 'GET', path: '/v1/deployments/{deploymentId}/events' },
  { method: 'GET', path: '/v1/ai-tasks/{aiTaskId}' },
  { method: 'PATCH', path: '/v1/ai-tasks/{aiTaskId}', body: { title: 'stolen' } },
  { method: 'DELETE', path: '/v1/ai-tasks/{aiTaskId}' },
  { method: 'POST', path: '/v1/ai-tasks/{aiTaskId}/claim', body: { agentId: 'thief' } },
  { method: 'PUT', path: '/v1/ai-tasks/{aiTaskId}/link', body: { taskId: null } },
  { method: 'POST', path: '/v1/ai-tasks/{aiTaskId}/runs', body: {} },
  { method: 'GET', path: '/v1/credentials/{storedCredentialId}' },
  { method: 'PATCH', path: '/v1/credentials/{storedCredentialId}', body: { label: 'stolen' } },
  { method: 'DELETE', path: '/v1/credentials/{storedCredentialId}' },
  { method: 'POST', path: '/v1/credentials/{storedCredentialId}/verify' },
  { method: 'DELETE', path: '/v1/budgets/{budgetId}' },
  { method: 'GET', path: '/v1/webhooks/{webhookId}' },
  { method: 'PATCH', path: '/v1/webhooks/{webhookId}', body: { description: 'stolen' } },
  { method: 'DELETE', path: '/v1/webhooks/{webhookId}' },
  { method: 'POST', path: '/v1/webhooks/{webhookId}/secrets' },
  { method: 'POST', path: '/v1/webhooks/{webhookId}/test' },
  { method: 'GET', path: '/v1/webhooks/{webhookId}/deliveries' },
  { method: 'POST', path: '/v1/webhooks/{webhookId}/replay', body: { after: '0' } },
  { method: 'DELETE', path: '/v1/sessions/{sessionId}' },
];

/** Routes for administrators alone: a user gets 403, whatever the id. */
export const adminRoutes: readonly IdRoute[] = [
  { method: 'GET', path: '/v1/users' },
  { method: 'POST', path: '/v1/users', body: { email: 'thief@example.com', roles: ['admin'] } },
  { method: 'GET', path: '/v1/users/{userId}' },
  { method: 'PATCH', path: '/v1/users/{userId}', body: { roles: ['user', 'admin'] } },
  { method: 'DELETE', path: '/v1/users/{userId}' },
  { method: 'DELETE', path: '/v1/users/{userId}/sessions' },
  { method: 'POST', path: '/v1/users/{userId}/password-reset' },
  { method: 'GET', path: '/v1/service-accounts' },
  { method: 'POST', path: '/v1/service-accounts', body: { name: 'thief', scopes: ['read'] } },
  { method: 'GET', path: '/v1/service-accounts/{serviceId}' },
  { method: 'DELETE', path: '/v1/service-accounts/{serviceId}' },
  { method: 'POST', path: '/v1/service-accounts/{serviceId}/secrets', body: {} },
  { method: 'DELETE', path: '/v1/service-accounts/{serviceId}/secrets/{secretId}' },
  { method: 'GET', path: '/v1/audit' },
  { method: 'GET', path: '/v1/upstream-drift' },
  { method: 'GET', path: '/v1/encryption-keys' },
  { method: 'GET', path: '/v1/usage?groupBy=user' },
];

/** The path with its ids; an unknown name stays as it is. */
export function pathOf({ path }: IdRoute, ids: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? name);
}
