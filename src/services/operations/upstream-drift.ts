import type { DriftKind, DriftProvider } from '../../domain/upstream-drift.ts';
import type { Store } from '../../store/store.ts';
import { readDrift } from '../../store/upstream-drift.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeAdmin } from '../common/authorize.ts';

/** Something that an upstream has said and that the gateway does not know; never a value. */
export interface UpstreamDriftView {
  provider: DriftProvider;
  operation: string;
  path: string;
  kind: DriftKind;
  /** RFC 3339. */
  firstSeenAt: string;
  /** RFC 3339. */
  lastSeenAt: string;
  /** How often it was seen, by all replicas. */
  count: number;
}

/** What the upstreams have said that the gateway does not know (docs/operate/observe.md, Upstream drift). */
export interface UpstreamDrifts {
  /** For administrators: all rows, at most 1,000, the last seen first. @throws GatewayError `FORBIDDEN` */
  list(viewer: Viewer): Promise<UpstreamDriftView[]>;
}

export interface UpstreamDriftsDeps {
  store: Store;
  /** Adds to the store what this process has counted. */
  flush(): Promise<void>;
}

export function createUpstreamDrifts({ store, flush }: UpstreamDriftsDeps): UpstreamDrifts {
  return {
    async list(viewer) {
      authorizeAdmin(viewer);
      await flush();
      return (await readDrift(store.db)).map(({ firstSeenAt, lastSeenAt, ...same }) => ({
        ...same,
        firstSeenAt: new Date(firstSeenAt).toISOString(),
        lastSeenAt: new Date(lastSeenAt).toISOString(),
      }));
    },
  };
}
