import DataLoader from 'dataloader';
import type { AgentView, WantedAgent } from '../../../services/agents/agents.ts';
import type { DeploymentView } from '../../../services/agents/deployments.ts';
import type { TaskView } from '../../../services/agents/tasks.ts';
import type { AiTaskList, AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { Services } from '../../../services/services.ts';
import type { Viewer } from '../../../viewer.ts';
import { createJoinLoaders, type JoinLoaders } from './join-loaders.ts';

/** Something to look up, and the credential to look with. */
interface LoadKey {
  id: string;
  credentialId: string | null;
}

/** Loaders of one operation: a list costs at most one upstream call per distinct object it names. */
export interface Loaders extends JoinLoaders {
  agent: DataLoader<WantedAgent & LoadKey, AgentView, string>;
  task: DataLoader<LoadKey, TaskView, string>;
  tasksOfOrganization: DataLoader<LoadKey, TaskView[], string>;
  deploymentsOfTask: DataLoader<LoadKey, DeploymentView[], string>;
  /** Null for what does not exist. */
  aiTask: DataLoader<LoadKey, AiTaskView | null, string>;
  /** The tasks that wait for one. */
  dependentsOfAiTask: DataLoader<LoadKey, AiTaskList, string>;
}

function keyOf({ id, credentialId }: LoadKey): string {
  return JSON.stringify([id, credentialId]);
}

/** Fresh loaders for one caller; nothing in them outlives the operation. */
export function createLoaders(viewer: Viewer, services: Services, cache: boolean): Loaders {
  /** Looks up each distinct key once, also where the loader itself remembers nothing. */
  const each = <T>(read: (wanted: LoadKey) => Promise<T>): DataLoader<LoadKey, T, string> =>
    new DataLoader(
      (keys) => {
        const reads = new Map<string, Promise<T | Error>>();
        for (const key of keys) {
          if (!reads.has(keyOf(key)))
            reads.set(
              keyOf(key),
              read(key).catch((error: Error) => error),
            );
        }
        return Promise.all(keys.map((key) => reads.get(keyOf(key)) as Promise<T | Error>));
      },
      { cacheKeyFn: keyOf, cache },
    );

  /** Looks up what is wanted at the same time together, by credential. */
  const together = <W extends LoadKey, T>(find: Find<W, T>): DataLoader<W, T, string> =>
    new DataLoader<W, T, string>((keys) => loadTogether(keys, find), { cacheKeyFn: keyOf, cache });

  return {
    ...createJoinLoaders(viewer, services, cache),
    agent: together((wanted, credentialId) => services.agents.getMany(viewer, { wanted, credentialId })),
    task: each(({ id, credentialId }) => services.tasks.get(viewer, { id, credentialId })),
    tasksOfOrganization: each(({ id, credentialId }) =>
      services.tasks.list(viewer, { organizationId: id, credentialId }),
    ),
    deploymentsOfTask: each(({ id, credentialId }) =>
      services.deployments.list(viewer, { taskId: id, credentialId }),
    ),
    aiTask: together((wanted, credentialId) =>
      services.aiTasks.getMany(viewer, { ids: wanted.map(({ id }) => id), credentialId }),
    ),
    dependentsOfAiTask: each(({ id, credentialId }) =>
      services.aiTasks.list(viewer, { filter: { dependsOn: id }, credentialId }),
    ),
  };
}

/** Looks up several with one credential; the answers are in the order of what is wanted. */
type Find<W extends LoadKey, T> = (
  wanted: readonly W[],
  credentialId: string | null,
) => Promise<readonly (T | Error)[]>;

/** Each distinct thing is wanted once, and all of one credential together. */
async function loadTogether<W extends LoadKey, T>(
  keys: readonly W[],
  find: Find<W, T>,
): Promise<(T | Error)[]> {
  const found = new Map<string, T | Error>();
  const distinct = [...new Map(keys.map((key) => [keyOf(key), key])).values()];
  await Promise.all(
    [...Map.groupBy(distinct, ({ credentialId }) => credentialId)].map(async ([credentialId, wanted]) => {
      const answers = await find(wanted, credentialId).catch((error: Error) => wanted.map(() => error));
      wanted.forEach((key, index) => {
        found.set(keyOf(key), answers[index] as T | Error);
      });
    }),
  );
  return keys.map((key) => found.get(keyOf(key)) as T | Error);
}
