import { setTimeout as pause } from 'node:timers/promises';
import type { QuantCdnTask, Simulator } from '../../simulator/index.ts';
import { ORGANISATION } from './ai-tasks.ts';
import type { GraphQLClient } from './client.ts';

/** A run of an AI task, as `TASK_RUN` asks for it. */
export interface TaskRun {
  id: string;
  aiTaskId: string;
  taskId: string | null;
  status: string;
  deploymentId: string | null;
  reason: string | null;
  createdAt: string;
  endedAt: string | null;
}

/** A run of a list, as `LIST_RUN` asks for it. */
export interface ListRun {
  id: string;
  status: string;
  maxParallel: number;
  reason: string | null;
  counts: Record<'starting' | 'running' | 'completed' | 'failed', number>;
  runs: TaskRun[];
}

/** A run of a list as a subscription and the log send it, as `PUSHED_RUN` asks for it. */
export interface PushedRun extends Omit<ListRun, 'runs'> {
  changed: TaskRun | null;
}

export const TASK_RUN = 'id aiTaskId taskId status deploymentId reason createdAt endedAt';
const RUN_ALONE =
  'id status reason maxParallel createdAt endedAt counts { starting running completed failed }';
const LIST_RUN = `${RUN_ALONE} runs { ${TASK_RUN} }`;
export const PUSHED_RUN = `${RUN_ALONE} changed { ${TASK_RUN} }`;

export const RUN_TASK = `mutation ($id: ID!, $key: String) {
  run: runAiTask(id: $id, idempotencyKey: $key) { ${TASK_RUN} }
}`;

export const RUN_LIST = `mutation ($id: ID!, $maxParallel: Int, $key: String) {
  run: runAiTaskList(taskListId: $id, maxParallel: $maxParallel, idempotencyKey: $key) { ${LIST_RUN} }
}`;

export const STOP_LIST = `mutation ($id: ID!, $stopDeployments: Boolean) {
  run: stopAiTaskList(taskListId: $id, stopDeployments: $stopDeployments) { ${LIST_RUN} }
}`;

export const GET_LIST_RUN = `query ($id: ID!) { run: aiTaskListRun(taskListId: $id) { ${LIST_RUN} } }`;

/** A task to create in the simulator. */
interface LinkedTask {
  taskId: string;
  title?: string;
  taskListId?: string;
  dependsOn?: string[];
  organisation?: string;
  status?: string;
}

/** Creates an AI task in the simulator that is linked to a QuantConnect task, as another client does. */
export function linkedTask(simulator: Simulator, { taskId, organisation, ...fields }: LinkedTask): string {
  return simulator.quantcdn.createTask(organisation ?? ORGANISATION, {
    title: 'An AI task',
    ...fields,
    metadata: { quantconnect: { taskId }, color: 'blue' },
  });
}

/** A diamond: two tasks wait for the first, the last one for both. */
export function diamond(simulator: Simulator, taskListId: string, taskIds: readonly string[]): string[] {
  const add = (index: number, dependsOn: string[]) =>
    linkedTask(simulator, { taskListId, title: `Task ${index}`, taskId: taskIds[index] ?? '', dependsOn });
  const top = add(0, []);
  const left = add(1, [top]);
  const right = add(2, [top]);
  return [top, left, right, add(3, [left, right])];
}

/** The task as it is upstream. */
export function upstreamTask(simulator: Simulator, id: string): QuantCdnTask {
  const task = simulator.quantcdn.task(id);
  if (task === undefined) throw new Error(`AI task ${id} is gone`);
  return task;
}

/** The bodies of all updates of an AI task that reached the simulator, also if the answer was lost. */
export function updatesOf(simulator: Simulator, id: string): Record<string, unknown>[] {
  return simulator.calls
    .all()
    .filter(({ operation, path }) => operation === 'updateTask' && path.endsWith(id))
    .map(({ body }) => body as Record<string, unknown>);
}

/** The deployments of a task upstream. */
export function deploymentsOf(simulator: Simulator, taskId: string) {
  return simulator.control.state().deployments.filter((one) => String(one.taskId) === taskId);
}

export async function listRunOf(client: GraphQLClient, taskListId: string): Promise<ListRun> {
  const { run } = await client.ask<{ run: ListRun | null }>(GET_LIST_RUN, { id: taskListId });
  if (run === null) throw new Error(`${taskListId} was never run`);
  return run;
}

/** The newest run of an AI task; null without one. Read through a list, so that the task itself is not read upstream. */
export async function taskRunOf(client: GraphQLClient, id: string): Promise<TaskRun | null> {
  const { tasks } = await client.ask<{ tasks: { id: string; run: TaskRun | null }[] }>(
    `{ tasks: aiTasks { id run { ${TASK_RUN} } } }`,
  );
  return tasks.find((task) => task.id === id)?.run ?? null;
}

/** Repeats a read until its answer fits or the test times out. */
export async function until<T>(ask: () => Promise<T> | T, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await pause(25);
  }
}

const ENDS = ['COMPLETED', 'FAILED', 'STOPPED'];

export function endOfListRun(client: GraphQLClient, taskListId: string): Promise<ListRun> {
  return until(
    () => listRunOf(client, taskListId),
    ({ status }) => ENDS.includes(status),
  );
}

/** Waits until the newest run of an AI task is in one of the states. */
export async function taskRunIn(client: GraphQLClient, id: string, statuses: string[]): Promise<TaskRun> {
  return (await until(
    () => taskRunOf(client, id),
    (run) => run !== null && statuses.includes(run.status),
  )) as TaskRun;
}

export function endOfTaskRun(client: GraphQLClient, id: string): Promise<TaskRun> {
  return taskRunIn(client, id, ENDS);
}
