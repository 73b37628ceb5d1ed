import DataLoader from 'dataloader';
import type { AgentView, WantedAgent } from '../../services/agents.ts';
import type { DeploymentView } from '../../services/deployments.ts';
import type { Services } from '../../services/services.ts';
import type { TaskView } from '../../services/tasks.ts';
import type { Viewer } from '../../viewer.ts';

/** Something to look up, and the credential to look with. */
interface Wanted {
  id: string;
  credentialId: string | null;
}

/** Loaders of one operation: a list costs at most one upstream call per distinct object it names. */
export interface Loaders {
  agent: DataLoader<WantedAgent & Wanted, AgentView, string>;
  task: DataLoader<Wanted, TaskView, string>;
  tasksOfOrganization: DataLoader<Wanted, TaskView[], string>;
  deploymentsOfTask: DataLoader<Wanted, DeploymentView[], string>;
}

const keyOf = ({ id, credentialId }: Wanted): string => JSON.stringify([id, credentialId]);

/** Fresh loaders for one caller; nothing in them outlives the operation. */
export const createLoaders = (viewer: Viewer, services: Services, cache: boolean): Loaders => {
  /** Looks up each distinct key once, also where the loader itself remembers nothing. */
  const each = <T>(read: (wanted: Wanted) => Promise<T>): DataLoader<Wanted, T, string> =>
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

  return {
    agent: new DataLoader<WantedAgent & Wanted, AgentView, string>(
      (keys) => loadAgents(viewer, services, keys),
      { cacheKeyFn: keyOf, cache },
    ),
    task: each(({ id, credentialId }) => services.tasks.get(viewer, { id, credentialId })),
    tasksOfOrganization: each(({ id, credentialId }) =>
      services.tasks.list(viewer, { organizationId: id, credentialId }),
    ),
    deploymentsOfTask: each(({ id, credentialId }) =>
      services.deployments.list(viewer, { taskId: id, credentialId }),
    ),
  };
};

/** All agents wanted at the same time, asked for together per credential. */
const loadAgents = async (
  viewer: Viewer,
  services: Services,
  keys: readonly (WantedAgent & Wanted)[],
): Promise<(AgentView | Error)[]> => {
  const found = new Map<string, AgentView | Error>();
  const distinct = [...new Map(keys.map((key) => [keyOf(key), key])).values()];
  await Promise.all(
    [...Map.groupBy(distinct, ({ credentialId }) => credentialId)].map(async ([credentialId, wanted]) => {
      const agents = await services.agents
        .getMany(viewer, { wanted, credentialId })
        .catch((error: Error) => wanted.map(() => error));
      wanted.forEach((key, index) => {
        found.set(keyOf(key), agents[index] as AgentView | Error);
      });
    }),
  );
  return keys.map((key) => found.get(keyOf(key)) as AgentView | Error);
};
