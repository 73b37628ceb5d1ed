/** An operation that GraphiQL opens in a tab of its own. */
export interface Example {
  query: string;
  variables?: Record<string, unknown>;
}

/** The tabs of a user who opens GraphiQL for the first time; each has the name of its operation. */
export const EXAMPLES: readonly Example[] = [
  {
    query: `# Who you are, and your accounts of the upstreams
query Viewer {
  viewer {
    email
    roles
    credentials { id provider status isDefault }
  }
}
`,
  },
  {
    query: `# Your agents, each with its tasks
query Agents {
  agents {
    id
    name
    model
    tasks { id name lastDeployedAt }
  }
}
`,
  },
  {
    query: `# Deploys a task; the same key again deploys once
mutation Deploy($taskId: ID!, $key: String) {
  deployTask(taskId: $taskId, idempotencyKey: $key) {
    id
    status
  }
}
`,
    variables: { taskId: '', key: null },
  },
  {
    query: `# Changes of your deployments, as they happen;
# after "0" the log starts at its beginning
subscription Follow($after: ID) {
  deploymentEvents(after: $after) {
    id
    type
    deploymentId
    status
    occurredAt
  }
}
`,
    variables: { after: '0' },
  },
  {
    query: `# What your latest deployment has said so far
query Conversation {
  myDeployments(first: 1) {
    nodes {
      id
      status
      conversation {
        inputTokens
        outputTokens
        messages(first: 20) {
          index
          role
          parts {
            type
            ... on TextPart { text }
            ... on ToolPart { toolName state }
          }
        }
      }
    }
  }
}
`,
  },
];
