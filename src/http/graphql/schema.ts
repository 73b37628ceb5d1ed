import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { attachResolvers } from './attach-resolvers.ts';
import { agentResolvers } from './resolvers/agents.ts';
import { aiTaskJoinResolvers } from './resolvers/ai-task-joins.ts';
import { aiTaskRunResolvers } from './resolvers/ai-task-runs.ts';
import { aiTaskResolvers } from './resolvers/ai-tasks.ts';
import { conversationResolvers } from './resolvers/conversations.ts';
import { credentialResolvers } from './resolvers/credentials.ts';
import { deploymentResolvers } from './resolvers/deployments.ts';
import { eventResolvers } from './resolvers/events.ts';
import { scalars } from './resolvers/scalars.ts';
import { taskResolvers } from './resolvers/tasks.ts';
import { usageResolvers } from './resolvers/usage.ts';

/** The public schema. The file is at the top of the project, so that changes of it are reviewed. */
const SDL = new URL('../../../schema.graphql', import.meta.url);

/** Creates the executable schema that all transports serve. */
export function createSchema(): GraphQLSchema {
  // Without locations: each would keep the tokens of the whole file in memory.
  const schema = buildSchema(readFileSync(SDL, 'utf8'), { noLocation: true });
  attachResolvers(schema, [
    scalars,
    credentialResolvers,
    agentResolvers,
    taskResolvers,
    aiTaskResolvers,
    aiTaskRunResolvers,
    aiTaskJoinResolvers,
    deploymentResolvers,
    conversationResolvers,
    eventResolvers,
    usageResolvers,
  ]);
  return schema;
}
