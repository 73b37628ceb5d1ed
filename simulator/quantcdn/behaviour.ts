import { type Encoding, plainEncoding } from './encoding.ts';
import type { ErrorShape } from './errors.ts';

/** What the page leaves open: a switch for each, changeable while the simulator runs. */
export interface QuantCdnBehaviour {
  /** Bodies of 400, 401, 403, 404 and 500, which the page does not describe (section 6). @default 'v2' */
  errorShape: ErrorShape;
  /** Refuse a dependency on itself, on nothing known, or in a circle (section 4, INF). @default false */
  strictDependencies: boolean;
  /** Fields the operation does not accept (section 3.1): passed over, or 400 (INF). @default 'ignored' */
  unknownFields: 'ignored' | 'refused';
  /** A wrong `status` or `limit` of a list: 400, or made to fit (section 3.2, INF). @default 'refused' */
  badQuery: 'refused' | 'clamped';
  /** What lists hold: the schema's small item, or the whole task (section 2). @default 'small' */
  listItems: 'small' | 'full';
  /** `count` of a list: the tasks in the answer, or all that match (section 3.2, INF). @default 'answered' */
  count: 'answered' | 'total';
  /** Completing sets `progress` to 1 (section 4, INF). @default false */
  autoProgress: boolean;
  /** Ending a blocked task clears its blocked fields (section 4, unknown). @default false */
  endingClearsBlocked: boolean;
  /** Taking up an ended task again clears `completedAt` and `expiresAt` (section 4, unknown). @default false */
  retryClearsEnd: boolean;
  encoding: Encoding;
}

export type BehaviourChange = Partial<Omit<QuantCdnBehaviour, 'encoding'>> & { encoding?: Partial<Encoding> };

export const defaultQuantCdnBehaviour: QuantCdnBehaviour = {
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

export function changed(behaviour: QuantCdnBehaviour, change: BehaviourChange): QuantCdnBehaviour {
  return { ...behaviour, ...change, encoding: { ...behaviour.encoding, ...change.encoding } };
}
