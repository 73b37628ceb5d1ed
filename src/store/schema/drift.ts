import type { Selectable } from 'kysely';
import type { DriftKind, DriftProvider } from '../../domain/upstream-drift.ts';
import type { Fixed } from './columns.ts';

/** What an upstream has said that the gateway does not know. It has no owner and holds no value of an answer. */
export interface UpstreamDriftTable {
  provider: Fixed<DriftProvider>;
  operation: Fixed<string>;
  path: Fixed<string>;
  kind: Fixed<DriftKind>;
  firstSeenAt: number;
  lastSeenAt: number;
  count: number;
}

export type UpstreamDriftRow = Selectable<UpstreamDriftTable>;
