import { type Encoding, plainEncoding } from './encoding.ts';
import type { ErrorShape } from './errors.ts';

/** A switch for each point that docs/upstream/quantcdn.md leaves open. Switches can change while the simulator runs. */
export interface QuantCdnBehavior {
  /**
   * Bodies of 400, 401, 403, 404 and 500, which are not documented (docs/upstream/quantcdn.md, Errors).
   * @default 'v2'
   */
  errorShape: ErrorShape;
  /**
   * Refuse a dependency on the task itself, on an unknown task, or in a circle (docs/upstream/quantcdn.md,
   * Dependencies; assumed).
   * @default false
   */
  strictDependencies: boolean;
  /**
   * Unknown fields (docs/upstream/quantcdn.md, Create a task): ignored, or 400 (assumed).
   * @default 'ignored'
   */
  unknownFields: 'ignored' | 'refused';
  /**
   * An invalid `status` or `limit` of a list: 400, or corrected (docs/upstream/quantcdn.md, List tasks; assumed).
   * @default 'refused'
   */
  badQuery: 'refused' | 'clamped';
  /**
   * Elements of lists: the schema's list item, or the task with details (docs/upstream/quantcdn.md, List items).
   * @default 'small'
   */
  listItems: 'small' | 'full';
  /**
   * `count` of a list: the tasks in the answer, or all that match (docs/upstream/quantcdn.md, List tasks; assumed).
   * @default 'answered'
   */
  count: 'answered' | 'total';
  /** Completing sets `progress` to 1 (docs/upstream/quantcdn.md, Statuses; assumed). @default false */
  autoProgress: boolean;
  /**
   * Ending a blocked task clears its blocked fields (docs/upstream/quantcdn.md, Statuses; unknown).
   * @default false
   */
  endingClearsBlocked: boolean;
  /**
   * Continuing an ended task clears `completedAt` and `expiresAt` (docs/upstream/quantcdn.md, Statuses;
   * unknown).
   * @default false
   */
  retryClearsEnd: boolean;
  encoding: Encoding;
}

export type BehaviorChange = Partial<Omit<QuantCdnBehavior, 'encoding'>> & { encoding?: Partial<Encoding> };

export const defaultQuantCdnBehavior: QuantCdnBehavior = {
  errorShape: 'v2',
  strictDependencies: false,
  unknownFields: 'ignored',
  badQuery: 'refused',
  listItems: 'small',
  count: 'answered',
  autoProgress: false,
  endingClearsBlocked: false,
  retryClearsEnd: false,
  encoding: plainEncoding,
};

export function changed(behavior: QuantCdnBehavior, change: BehaviorChange): QuantCdnBehavior {
  return { ...behavior, ...change, encoding: { ...behavior.encoding, ...change.encoding } };
}
