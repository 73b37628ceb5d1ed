import type { QuantCdnControl } from '../../simulator/index.ts';
import type { GraphQLClient } from './client.ts';
import { bootManualGateway, type ManualGateway } from './manual-gateway.ts';
import type { Stream } from './stream.ts';

/** The organisation of the simulator's seeded token. */
const ORGANISATION = 'acme';

type Fields = NonNullable<Parameters<QuantCdnControl['createTask']>[1]>;

/** A task as `aiTaskChanged` pushes it here. */
export interface PushedTask {
  task: {
    id: string;
    title: string;
    status: string;
    progress: number;
    progressMessage: string | null;
    metadata: Record<string, unknown> | null;
    taskListId: string | null;
    cursor: string;
    isGone: boolean;
  };
}

const PUSHED = 'id title status progress progressMessage metadata taskListId cursor isGone';

export const CHANGES = `subscription ($list: ID!, $after: ID, $with: ID) {
  task: aiTaskChanged(taskListId: $list, after: $after, credentialId: $with) { ${PUSHED} }
}`;

/** A gateway with a manual clock, a user of both upstreams, and access to a list in the simulator. */
export interface ManualLists extends ManualGateway {
  ada: GraphQLClient;
  /** Another client of the upstream. */
  other: QuantCdnControl;
  /** Creates a task in a list as another client does. */
  make(list: string, fields?: Fields): string;
  follow(list: string, after?: string): Stream<PushedTask>;
  /** Calls QuantCDN has received since the last time, by its own names of its operations. */
  cost(): Record<string, number>;
}

export async function bootLists(): Promise<ManualLists> {
  const still = await bootManualGateway();
  const { simulator } = still.gateway;
  const ada = await still.gateway.signUpWithCredentials();
  simulator.calls.reset();
  return {
    ...still,
    ada,
    other: simulator.quantcdn,
    make: (taskListId, fields) =>
      simulator.quantcdn.createTask(ORGANISATION, { title: 'a task', ...fields, taskListId }),
    follow: (list, after) => ada.subscribe<PushedTask>(CHANGES, { list, after }),
    cost() {
      const { byOperation = {} } = simulator.calls.counts();
      simulator.calls.reset();
      return { ...byOperation };
    },
  };
}

/** The title and the status of a pushed task, or that it has left the list. */
export function summaryOf({ task }: PushedTask): string {
  return `${task.title}: ${task.isGone ? 'gone' : task.status}`;
}
