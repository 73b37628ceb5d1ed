import type { Clock } from '../../lib/clock.ts';
import type { Readiness, ReadinessParts, ReadinessWarning } from '../../lib/readiness.ts';
import { readLateness } from '../../store/coordination/watches.ts';
import type { Store } from '../../store/store.ts';
import type { UpstreamHealth } from '../../upstream/policies/readings.ts';

export interface ReadinessDeps {
  store: Store;
  shared: { warnings(): Promise<ReadinessWarning[]> };
  hasRedis: boolean;
  clockCheck: { readiness(): Readiness };
  upstreams: Record<'quantConnect' | 'quantCdn', { health(): UpstreamHealth }>;
  clock: Pick<Clock, 'evenMs'>;
}

/** Whether this process should get requests, and how each of its parts is. */
export interface ReadinessCheck {
  /** @throws GatewayError `UNAVAILABLE` while the store is unreachable */
  check(): Promise<Readiness>;
  /** For administrators. A part that does not answer is named as unusable. */
  describe(): Promise<ReadinessParts>;
}

export function createReadinessCheck(deps: ReadinessDeps): ReadinessCheck {
  const { store, shared, hasRedis, clockCheck, upstreams, clock } = deps;
  const { quantConnect, quantCdn } = upstreams;

  const readWatches = async (): Promise<ReadinessParts['watches']> => {
    const { due, latestMs } = await readLateness(store.db, store.time(clock.evenMs()));
    return { due, latestSeconds: latestMs / 1_000 };
  };

  return {
    async check() {
      const [warnings] = await Promise.all([shared.warnings(), store.ping()]);
      const clocks = clockCheck.readiness();
      return { isReady: clocks.isReady, warnings: [...clocks.warnings, ...warnings] };
    },
    async describe() {
      const [isStoreUsable, warnings, watches] = await Promise.all([
        store.ping().then(
          () => true,
          () => false,
        ),
        shared.warnings(),
        readWatches().catch(() => null),
      ]);
      const isRedisUsable = !warnings.some(({ name }) => name === 'redis');
      return {
        store: { kind: store.isShared ? 'PostgreSQL' : 'SQLite', isUsable: isStoreUsable },
        redis: hasRedis ? { isUsable: isRedisUsable } : null,
        upstreams: [
          { provider: 'QUANTCONNECT', ...shown(quantConnect.health()) },
          { provider: 'QUANTCDN', ...shown(quantCdn.health()) },
        ],
        watches,
      };
    },
  };
}

function shown({ clockOffsetMs, ...breakers }: UpstreamHealth) {
  return { ...breakers, clockOffsetSeconds: clockOffsetMs / 1_000 };
}
