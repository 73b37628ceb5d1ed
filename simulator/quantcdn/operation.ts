import type { SimulatorClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { QuantCdnBehavior } from './behavior.ts';
import type { InterferenceQueue } from './interference.ts';
import type { TaskStore, Tasks } from './store.ts';
import type { QuantCdnToken } from './tokens.ts';

/** Everything the service remembers. */
export interface QuantCdnWorld {
  clock: SimulatorClock;
  random: Random;
  behavior: QuantCdnBehavior;
  /** By the token itself. */
  tokens: Map<string, QuantCdnToken>;
  store: TaskStore;
  /** What other clients wait to do, first come first. */
  interferences: InterferenceQueue;
}

export interface OperationInput {
  world: QuantCdnWorld;
  organisation: string;
  /** The organisation's tasks, expired ones gone. */
  tasks: Tasks;
  /** The decoded `taskId` or `taskListId` of the path; empty where it has none. */
  id: string;
  query: URLSearchParams;
  body: unknown;
}

/** One operation (docs/upstream/quantcdn.md, Operations): the body of its 2xx answer, or throws an `ApiError`. */
export type Operation = (input: OperationInput) => Record<string, unknown>;
