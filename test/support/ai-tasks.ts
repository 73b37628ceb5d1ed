import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/index.ts';
import type { GraphQLClient } from './client.ts';

/** The organisation of the simulator's seeded token. */
export const ORGANISATION = 'acme';

/** A run of a list, as `LIST_RUN` asks for it. */
export interface ListRun {
  id: string;
  status: string;
  reason: string | null;
  runs: {
    aiTaskId: string;
    taskId: string | null;
    status: string;
    deploymentId: string | null;
    reason: string | null;
  }[];
}

export const LIST_RUN = `id status reason maxParallel createdAt endedAt
  runs { id aiTaskId taskId status deploymentId reason createdAt endedAt }`;

/** Puts a task into the simulator that is linked to a task of QuantConnect, as another client would have. */
export const linkedTask = (
  simulator: Simulator,
  { taskListId, title, taskId, dependsOn = [] }: LinkedTask,
): string =>
  simulator.quantcdn.createTask(ORGANISATION, {
    taskListId,
    title,
    dependsOn,
    metadata: { quantconnect: { taskId }, colour: 'blue' },
  });

interface LinkedTask {
  taskListId: string;
  title: string;
  taskId: string;
  dependsOn?: string[];
}

/** A diamond: two tasks wait for the first, the last one for both. */
export const diamond = (simulator: Simulator, taskListId: string, taskIds: readonly string[]): string[] => {
  const add = (index: number, dependsOn: string[]) =>
    linkedTask(simulator, { taskListId, title: `Task ${index}`, taskId: taskIds[index] ?? '', dependsOn });
  const top = add(0, []);
  const left = add(1, [top]);
  const right = add(2, [top]);
  return [top, left, right, add(3, [left, right])];
};

/** Asks until a run of a list has ended. */
export const endOfListRun = async (client: GraphQLClient, taskListId: string): Promise<ListRun> => {
  for (;;) {
    const { run } = await client.ask<{ run: ListRun | null }>(
      `query ($id: ID!) { run: aiTaskListRun(taskListId: $id) { ${LIST_RUN} } }`,
      { id: taskListId },
    );
    if (run !== null && ['COMPLETED', 'FAILED', 'STOPPED'].includes(run.status)) return run;
    await pause(50);
  }
};
