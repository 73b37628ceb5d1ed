import DataLoader from 'dataloader';
import type { AgentReference, AgentView } from '../../../services/agents/agents.ts';
import type { DeploymentView } from '../../../services/agents/deployments.ts';
import type { TaskView } from '../../../services/agents/tasks.ts';
import type { AiTaskList, AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { Services } from '../../../services/services.ts';
import type { Viewer } from '../../../viewer.ts';
import { createJoinLoaders, type JoinLoaders } from './join-loaders.ts';

/** An id, and the credential to read it with; null for the default. */
interface LoadKey {
  id: string;
  credentialId: string | null;
}

/** A list as far as it could be read. */
interface Listed<T> {
  items: T[];
  isComplete: boolean;
}

/** Loaders of one operation. Each distinct object is read at most once for all fields that name it. */
export interface Loaders extends JoinLoaders {
  agent: DataLoader<AgentReference & LoadKey, AgentView, string>;
  task: DataLoader<LoadKey, TaskView, string>;
  tasksOfOrganization: DataLoader<LoadKey, Listed<TaskView>, string>;
  deploymentsOfTask: DataLoader<LoadKey, Listed<DeploymentView>, string>;
  /** Null for a task that does not exist. */
  aiTask: DataLoader<LoadKey, AiTaskView | null, string>;
  /** The tasks that depend on a task. */
  dependentsOfAiTask: DataLoader<LoadKey, AiTaskList, string>;
  /** The same, of which only the ids are known. */
  dependentIdsOfAiTask: DataLoader<LoadKey, AiTaskList, string>;
}

function keyOf({ id, credentialId }: LoadKey): string {
  return JSON.stringify([id, credentialId]);
}

/**
 * Creates the loaders of one operation.
 * @param cache whether results are kept for the rest of the operation
 */
export function createLoaders(viewer: Viewer, services: Services, cache: boolean): Loaders {
  /** A loader with one read for each distinct key of a batch. It also deduplicates when `cache` is off. */
  const loadEach = <T>(read: (key: LoadKey) => Promise<T>): DataLoader<LoadKey, T, string> =>
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

  /** A loader with one read for all keys of a batch that have the same credential. */
  const loadMany = <K extends LoadKey, T>(readMany: ReadMany<K, T>): DataLoader<K, T, string> =>
    new DataLoader<K, T, string>((keys) => loadByCredential(keys, readMany), { cacheKeyFn: keyOf, cache });

  return {
    ...createJoinLoaders(viewer, services, cache),
    agent: loadMany((keys, credentialId) => services.agents.getMany(viewer, { wanted: keys, credentialId })),
    task: loadEach(({ id, credentialId }) => services.tasks.get(viewer, { id, credentialId })),
    tasksOfOrganization: loadEach(({ id, credentialId }) =>
      services.tasks.list(viewer, { organizationId: id, credentialId }),
    ),
    deploymentsOfTask: loadEach(({ id, credentialId }) =>
      services.deployments.list(viewer, { taskId: id, credentialId }),
    ),
    aiTask: loadMany((keys, credentialId) =>
      services.aiTasks.getMany(viewer, { ids: keys.map(({ id }) => id), credentialId }),
    ),
    dependentsOfAiTask: loadEach(({ id, credentialId }) =>
      services.aiTasks.list(viewer, { filter: { dependsOn: id }, credentialId }),
    ),
    dependentIdsOfAiTask: loadEach(({ id, credentialId }) =>
      services.aiTasks.list(viewer, { filter: { dependsOn: id }, idsOnly: true, credentialId }),
    ),
  };
}

/** Reads several objects with one credential. The answers have the order of the keys. */
type ReadMany<K extends LoadKey, T> = (
  keys: readonly K[],
  credentialId: string | null,
) => Promise<readonly (T | Error)[]>;

/** Deduplicates the keys and reads them with one call for each credential. */
async function loadByCredential<K extends LoadKey, T>(
  keys: readonly K[],
  readMany: ReadMany<K, T>,
): Promise<(T | Error)[]> {
  const found = new Map<string, T | Error>();
  const distinct = [...new Map(keys.map((key) => [keyOf(key), key])).values()];
  await Promise.all(
    [...Map.groupBy(distinct, ({ credentialId }) => credentialId)].map(async ([credentialId, group]) => {
      const answers = await readMany(group, credentialId).catch((error: Error) => group.map(() => error));
      group.forEach((key, index) => {
        found.set(keyOf(key), answers[index] as T | Error);
      });
    }),
  );
  return keys.map((key) => found.get(keyOf(key)) as T | Error);
}
