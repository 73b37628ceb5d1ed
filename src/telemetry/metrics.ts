import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { METRIC_PREFIX, METRICS, type MetricDefinition } from '../lib/metrics/catalog.ts';
import type { Metrics } from '../lib/metrics/metrics.ts';
import { createFamily, type Family } from './metric-family.ts';

/** The instruments of a process, and what a scrape gets. */
export interface MetricsRegistry {
  metrics: Metrics;
  contentType: string;
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>;
}

/** How often the event loop's lag is measured. The default of 10 ms would wake an idle process a hundred times a second. */
const LAG_PRECISION_MS = 50;

/**
 * Creates the instruments of a process, and the registry that they are read from. Our instruments count by themselves
 * (metric-family.ts); `prom-client` writes the text and brings the metrics of Node and of the process.
 */
export function createMetricsRegistry({ version }: { version: string }): MetricsRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  const families = Object.entries<MetricDefinition>(METRICS).map(([key, definition]): [string, Family] => [
    key,
    createFamily({ ...definition, name: `${METRIC_PREFIX}${definition.name}` }),
  ]);
  // The registry asks nothing of a metric but its name and `get`.
  for (const [, family] of families) registry.registerMetric(family as unknown as Metric);
  const metrics = Object.fromEntries(families) as unknown as Metrics;
  metrics.buildInfo.read(() => [{ labels: { version }, value: 1 }]);
  return { metrics, contentType: registry.contentType, render: () => registry.metrics() };
}
