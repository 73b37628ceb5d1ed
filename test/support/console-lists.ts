import type { Simulator } from '../../simulator/index.ts';
import { ORGANISATION } from './ai-tasks.ts';
import type { GraphQLClient } from './client.ts';

/** A task of a planned list: its title, and the titles of those that it depends on. */
type Plan = Readonly<Record<string, readonly string[]>>;

/** A research project as a team would plan it. */
export const RESEARCH: Plan = {
  'Gather daily bars': [],
  'Gather earnings calendar': [],
  'Gather macro series': [],
  'Clean splits and dividends': ['Gather daily bars'],
  'Align calendars': ['Gather earnings calendar', 'Gather daily bars'],
  'Build momentum factor': ['Clean splits and dividends'],
  'Build earnings surprise factor': ['Align calendars', 'Clean splits and dividends'],
  'Build rate regime filter': ['Gather macro series'],
  'Backtest single factors': ['Build momentum factor', 'Build earnings surprise factor'],
  'Backtest with regimes': ['Backtest single factors', 'Build rate regime filter'],
  'Stress test 2008 and 2020': ['Backtest with regimes'],
  'Review turnover and costs': ['Backtest with regimes'],
  'Write the research note': ['Stress test 2008 and 2020', 'Review turnover and costs'],
};

/** Creates the tasks of a plan as another client does, each linked to a task. @returns their ids by title */
export function plantList(
  simulator: Simulator,
  taskListId: string,
  plan: Plan,
  taskIdOf: (title: string) => string,
): Map<string, string> {
  const ids = new Map<string, string>();
  for (const [title, needs] of Object.entries(plan)) {
    const dependsOn = needs.map((need) => ids.get(need) ?? '');
    const metadata = { quantconnect: { taskId: taskIdOf(title) } };
    ids.set(title, simulator.quantcdn.createTask(ORGANISATION, { title, taskListId, dependsOn, metadata }));
  }
  return ids;
}

/** Creates a task of an agent with a name of its own. */
export async function createNamedTask(client: GraphQLClient, name: string): Promise<string> {
  const { agent } = await client.ask<{ agent: { id: string } }>(
    'mutation { agent: createAgent(input: { name: "Research analyst" }) { id } }',
  );
  const { task } = await client.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: agent.id, name, prompt: 'Backtest the idea and report what it earned.' } },
  );
  return task.id;
}
