import type { Simulator } from '../../../simulator/index.ts';
import type { KeyUse } from '../history.ts';
import type { OwnPostgres } from '../postgres.ts';
import { statusOf } from '../upstream-history.ts';
import type { ListHistory, ListUse, LoggedListEvent, StoredListRun, StoredTaskRun } from './history.ts';

const EVENTS = `select owner_id as owner, seq::float8 as seq, kind, task_list_id as "taskListId", body
  from list_events order by owner_id, seq`;
const LIST_RUNS = 'select id, owner_id as owner, task_list_id as "taskListId", state from ai_list_runs';
const TASK_RUNS = `select id, list_run_id as "listRunId", ai_task_id as "aiTaskId", task_id as "taskId", state,
  deployment_id as "deploymentId", reason from ai_task_runs where list_run_id is not null`;

export interface ListSources {
  postgres: OwnPostgres;
  simulator: Simulator;
  /** How often an end was written to an AI task upstream. */
  endsOf(aiTaskId: string): number;
}

/** Collects what `checkLists` compares. */
export async function collectLists(
  { postgres, simulator, endsOf }: ListSources,
  { uses, readers }: Pick<ListHistory, 'uses' | 'readers'>,
): Promise<ListHistory> {
  const rows = await postgres.rows<Omit<LoggedListEvent, 'run'> & { body: string }>(EVENTS);
  const { tasks } = simulator.quantcdn.state();
  const { deployments } = simulator.control.state();
  return {
    uses,
    readers,
    events: rows.map(({ body, ...event }) => ({
      ...event,
      run: event.kind === 'LIST_RUN' ? (JSON.parse(body) as LoggedListEvent['run']) : null,
    })),
    listRuns: await postgres.rows<StoredListRun>(LIST_RUNS),
    taskRuns: await postgres.rows<StoredTaskRun>(TASK_RUNS),
    aiTasks: new Map(tasks.map(({ taskId, status }) => [taskId, status])),
    ends: new Map(tasks.map(({ taskId }) => [taskId, endsOf(taskId)])),
    deployments: new Map(deployments.map((one) => [one.deploymentId, statusOf(one.status)])),
  };
}

/** The deployments that runs have made, as uses of keys: a run may deploy its task once, like a request with a key. */
export function keysOfRuns(uses: readonly ListUse[], taskRuns: readonly StoredTaskRun[]): KeyUse[] {
  return uses.flatMap(({ owner, runId, fromMs, toMs }) =>
    taskRuns
      .filter(({ listRunId }) => listRunId === runId)
      .map(({ id, taskId, deploymentId }) => ({
        ...{ key: `run ${id}`, owner, kind: 'deployment' as const, about: taskId ?? '', fromMs, toMs },
        ...{ isAbandoned: true, answers: new Set(deploymentId === null ? [] : [deploymentId]), made: [] },
      })),
  );
}
