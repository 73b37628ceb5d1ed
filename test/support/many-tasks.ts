import type { GraphQLClient } from './client.ts';

/** A query whose fields lead from tasks to their agent and back. */
export const ROUND_TRIPS = '{ tasks { agent { tasks { agent { tasks { agent { tasks { id } } } } } } } }';

/** Creates 24 tasks of one agent. @returns the agent's id */
export async function createManyTasks(client: GraphQLClient, prompt = 'Buy and hold SPY'): Promise<string> {
  const { agent } = await client.ask<{ agent: { id: string } }>(
    'mutation { agent: createAgent(input: { name: "Heron" }) { id } }',
  );
  const tasks = Array.from({ length: 24 }, (_, index) => `t${index}: createTask(input: $input) { id }`);
  await client.ask(`mutation ($input: CreateTaskInput!) { ${tasks.join(' ')} }`, {
    input: { agentId: agent.id, name: 'a task', prompt },
  });
  return agent.id;
}
