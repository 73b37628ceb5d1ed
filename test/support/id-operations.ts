/** The ids of objects of a user. */
export interface Ids {
  agentId: string;
  taskId: string;
  deploymentId: string;
  aiTaskId: string;
  /** Of a stored credential; not the one to ask with. */
  storedCredentialId: string;
  budgetId: string;
}

/** Every query and mutation that takes an id of the caller's objects; each also names the credential to use. */
export const idOperations: Record<string, string> = {
  'Query.agent': 'query ($agentId: ID!, $with: ID) { agent(id: $agentId, credentialId: $with) { id name } }',
  'Query.task': 'query ($taskId: ID!, $with: ID) { task(id: $taskId, credentialId: $with) { id name } }',
  'Query.deployments':
    'query ($taskId: ID!, $with: ID) { deployments(taskId: $taskId, credentialId: $with) { id } }',
  'Query.deployment':
    'query ($deploymentId: ID!, $with: ID) { deployment(id: $deploymentId, credentialId: $with) { id } }',
  'Mutation.updateAgent': `mutation ($agentId: ID!, $with: ID) {
    updateAgent(id: $agentId, input: { name: "stolen" }, credentialId: $with) { id }
  }`,
  'Mutation.deleteAgent':
    'mutation ($agentId: ID!, $with: ID) { deleteAgent(id: $agentId, credentialId: $with) }',
  'Mutation.updateTask': `mutation ($taskId: ID!, $with: ID) {
    updateTask(id: $taskId, input: { name: "stolen" }, credentialId: $with) { id }
  }`,
  'Mutation.deleteTask':
    'mutation ($taskId: ID!, $with: ID) { deleteTask(id: $taskId, credentialId: $with) }',
  'Mutation.deployTask':
    'mutation ($taskId: ID!, $with: ID) { deployTask(taskId: $taskId, credentialId: $with) { id } }',
  'Mutation.promptDeployment': `mutation ($deploymentId: ID!, $with: ID) {
    promptDeployment(id: $deploymentId, prompt: "Leak", credentialId: $with) { id }
  }`,
  'Mutation.stopDeployment':
    'mutation ($deploymentId: ID!, $with: ID) { stopDeployment(id: $deploymentId, credentialId: $with) { id } }',
  'Mutation.deleteDeployment':
    'mutation ($deploymentId: ID!, $with: ID) { deleteDeployment(id: $deploymentId, credentialId: $with) }',
  'Query.aiTask':
    'query ($aiTaskId: ID!, $with: ID) { aiTask(id: $aiTaskId, credentialId: $with) { id title } }',
  'Mutation.updateAiTask': `mutation ($aiTaskId: ID!, $with: ID) {
    updateAiTask(id: $aiTaskId, input: { title: "stolen" }, credentialId: $with) { id }
  }`,
  'Mutation.claimAiTask': `mutation ($aiTaskId: ID!, $with: ID) {
    claimAiTask(id: $aiTaskId, agentId: "thief", credentialId: $with) { id }
  }`,
  'Mutation.deleteAiTask': `mutation ($aiTaskId: ID!, $with: ID) {
    deleteAiTask(id: $aiTaskId, credentialId: $with) { deletedIds }
  }`,
  'Mutation.linkAiTask': `mutation ($aiTaskId: ID!, $with: ID) {
    linkAiTask(aiTaskId: $aiTaskId, taskId: null, credentialId: $with) { id }
  }`,
  'Mutation.linkAiTask to a task': `mutation ($aiTaskId: ID!, $taskId: ID!, $with: ID) {
    linkAiTask(aiTaskId: $aiTaskId, taskId: $taskId, agentCredentialId: $with) { id }
  }`,
  'Mutation.runAiTask':
    'mutation ($aiTaskId: ID!, $with: ID) { runAiTask(id: $aiTaskId, credentialId: $with) { id } }',
};

/** Queries whose id only filters the caller's own things: another user's id selects none of them. */
export const idFilters: Record<string, string> = {
  'Query.myDeployments': 'query ($taskId: ID) { myDeployments(taskId: $taskId) { nodes { id } } }',
  'Query.usage of a task':
    'query ($taskId: ID) { usage(groupBy: DEPLOYMENT, taskId: $taskId) { key deployments } }',
};

/** The same for subscriptions, over a socket. */
export const idSubscriptions: Record<string, string> = {
  'Subscription.deploymentEvents of a deployment': `subscription ($deploymentId: ID!, $with: ID) {
    deploymentEvents(deploymentId: $deploymentId, credentialId: $with, after: "0") { id }
  }`,
  'Subscription.deploymentEvents of a task': `subscription ($taskId: ID!, $with: ID) {
    deploymentEvents(taskId: $taskId, credentialId: $with, after: "0") { id }
  }`,
  'Subscription.conversationMessages': `subscription ($deploymentId: ID!, $with: ID) {
    conversationMessages(deploymentId: $deploymentId, credentialId: $with) { index }
  }`,
  'Subscription.conversationUsage': `subscription ($deploymentId: ID!, $with: ID) {
    conversationUsage(deploymentId: $deploymentId, credentialId: $with) { turns }
  }`,
};

/** Operations on the gateway's own store, where no credential is chosen. */
export const storeOperations: Record<string, string> = {
  'Query.transcript': 'query ($deploymentId: ID!) { transcript(deploymentId: $deploymentId) { readAt } }',
  'Mutation.createWatchToken':
    'mutation ($deploymentId: ID!) { createWatchToken(deploymentId: $deploymentId) { token } }',
  'Query.deploymentEvents of a deployment':
    'query ($deploymentId: ID!) { deploymentEvents(deploymentId: $deploymentId) { nodes { id } } }',
  'Query.deploymentEvents of a task':
    'query ($taskId: ID!) { deploymentEvents(taskId: $taskId) { nodes { id } } }',
  'Mutation.updateCredential':
    'mutation ($storedCredentialId: ID!) { updateCredential(id: $storedCredentialId, input: { label: "stolen" }) { id } }',
  'Mutation.verifyCredential':
    'mutation ($storedCredentialId: ID!) { verifyCredential(id: $storedCredentialId) { id } }',
  'Mutation.deleteCredential':
    'mutation ($storedCredentialId: ID!) { deleteCredential(id: $storedCredentialId) }',
  'Mutation.deleteBudget': 'mutation ($budgetId: ID!) { deleteBudget(id: $budgetId) }',
};
