import type { SimulatorClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { QuantCdnBehavior } from './behavior.ts';
import type { InterferenceQueue } from './interference.ts';
import type { TaskStore, Tasks } from './store.ts';
import type { QuantCdnToken } from './tokens.ts';

/** The state of the service. */
export interface QuantCdnWorld {
  clock: SimulatorClock;
  random: Random;
  behavior: QuantCdnBehavior;
  /** By token. */
  tokens: Map<string, QuantCdnToken>;
  store: TaskStore;
  /** Writes of other clients that are still to come, in order. */
  interferences: InterferenceQueue;
}

export interface OperationInput {
  world: QuantCdnWorld;
  organisation: string;
  /** The organisation's tasks, without expired ones. */
  tasks: Tasks;
  /** The decoded `taskId` or `taskListId` of the path; empty when the path has none. */
  id: string;
  query: URLSearchParams;
  body: unknown;
}

/** One operation (docs/upstream/quantcdn.md, Operations): the body of its 2xx answer, or throws an `ApiError`. */
export type Operation = (input: OperationInput) => Record<string, unknown>;
