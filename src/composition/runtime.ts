import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type Metrics, noMetrics } from '../lib/metrics/metrics.ts';
import type { Random } from '../lib/random.ts';
import type { MetricsServer } from '../telemetry/metrics-server.ts';
import type { Resolve } from '../worker/webhooks/send.ts';
import { toListenFailure } from './start-failures.ts';

/** What differs between production and tests: clock, randomness and logger; and the version. */
export interface Runtime {
  /** Our own version, for the `User-Agent`. */
  version: string;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** How the hosts of webhooks are looked up. @default DNS */
  resolveHost?: Resolve | undefined;
}

/** The same with the instruments of this process. */
export interface MeasuredRuntime extends Runtime {
  metrics: Metrics;
}

/** The instruments of this process, and how they are published. */
export interface ProcessMetrics {
  metrics: Metrics;
  /**
   * Listens on `METRICS_PORT`. @returns undefined without one
   * @throws StartError when it cannot be listened on
   */
  serve(): Promise<MetricsServer | undefined>;
}

/** Creates the instruments. Without `METRICS_PORT` they keep nothing, and what would serve them is not loaded. */
export async function createProcessMetrics(
  { host, metricsPort: port }: Pick<Config, 'host' | 'metricsPort'>,
  version: string,
): Promise<ProcessMetrics> {
  if (port === undefined) return { metrics: noMetrics, serve: async () => undefined };
  const [{ createMetricsRegistry }, { serveMetrics }] = await Promise.all([
    import('../telemetry/metrics.ts'),
    import('../telemetry/metrics-server.ts'),
  ]);
  const registry = createMetricsRegistry({ version });
  return {
    metrics: registry.metrics,
    async serve() {
      try {
        return await serveMetrics(registry, { host, port });
      } catch (error) {
        throw toListenFailure(error, { host, port, variable: 'METRICS_PORT' });
      }
    },
  };
}
