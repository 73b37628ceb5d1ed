import DataLoader from 'dataloader';
import { isGatewayError } from '../../../errors.ts';
import type { DeploymentView } from '../../../services/agents/deployments.ts';
import type { AiTaskRunView } from '../../../services/ai-task-runs/task-runs.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { Services } from '../../../services/services.ts';
import type { Viewer } from '../../../viewer.ts';

/** Loaders of the fields that join the two upstreams. */
export interface JoinLoaders {
  /** The newest run of an AI task through this gateway, with one store query for each organisation. */
  runOfAiTask: DataLoader<AiTaskKey, AiTaskRunView | null, string>;
  /** The runs that a list run has started, with one store query for each batch. */
  runsOfListRun: DataLoader<string, AiTaskRunView[]>;
  /** The AI tasks that are linked to a task, with one service call for each batch. */
  aiTasksOfTask: DataLoader<string, AiTaskView[]>;
  /** A deployment from the store, else from the upstream; null when the caller cannot read it. */
  deployment: DataLoader<string, DeploymentView | null>;
}

type AiTaskKey = Pick<AiTaskView, 'id' | 'organisation'>;

export function createJoinLoaders(viewer: Viewer, services: Services, cache: boolean): JoinLoaders {
  return {
    runOfAiTask: new DataLoader(
      async (keys) => {
        const newest = new Map<string, Map<string, AiTaskRunView>>();
        for (const [organisation, tasks] of Map.groupBy(keys, (key) => key.organisation)) {
          const aiTaskIds = [...new Set(tasks.map(({ id }) => id))];
          newest.set(organisation, await services.aiTaskRuns.newest(viewer, { organisation, aiTaskIds }));
        }
        return keys.map(({ organisation, id }) => newest.get(organisation)?.get(id) ?? null);
      },
      { cacheKeyFn: ({ organisation, id }) => JSON.stringify([organisation, id]), cache },
    ),

    runsOfListRun: new DataLoader(
      async (ids) => {
        const runs = await services.aiTaskListRuns.taskRunsOf(viewer, [...new Set(ids)]);
        return ids.map((id) => runs.get(id) ?? []);
      },
      { cache },
    ),

    aiTasksOfTask: new DataLoader(
      async (ids) => {
        const linked = await services.aiTaskLinks.aiTasksOf(viewer, { taskIds: [...new Set(ids)] });
        return ids.map((id) => linked.get(id) ?? []);
      },
      { cache },
    ),

    deployment: new DataLoader(
      async (ids) => {
        const distinct = [...new Set(ids)];
        const found = await Promise.all(distinct.map((id) => readDeployment(viewer, services, id)));
        return ids.map((id) => found[distinct.indexOf(id)] ?? null);
      },
      { cache },
    ),
  };
}

async function readDeployment(
  viewer: Viewer,
  { deployments }: Services,
  id: string,
): Promise<DeploymentView | null | Error> {
  try {
    return (await deployments.getCached(viewer, id)) ?? (await deployments.get(viewer, { id }));
  } catch (error) {
    return isInaccessible(error) ? null : (error as Error);
  }
}

/** True when the object does not exist for this caller, or the caller has no credential to read it with. */
export function isInaccessible(error: unknown): boolean {
  return isGatewayError(error, 'NOT_FOUND') || isGatewayError(error, 'CREDENTIAL_MISSING');
}
