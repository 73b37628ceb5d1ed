import type { MetricDefinition } from '../lib/metrics/catalog.ts';
import type { Labels, Reading } from '../lib/metrics/metrics.ts';

type AnyLabels = Labels<string>;

/** A value as `prom-client` writes it. */
interface Sample {
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

/** One metric with all its sets of labels: an instrument, and the metric that the registry reads. */
export interface Family {
  name: string;
  add(labels: AnyLabels, count?: number): void;
  observe(labels: AnyLabels, value: number): void;
  read(source: () => readonly Reading<string>[] | Promise<readonly Reading<string>[]>): void;
  /** What `prom-client` asks of a metric at a scrape. */
  get(): Promise<{ name: string; help: string; type: string; values: Sample[]; aggregator: 'sum' }>;
}

/** The counts of one set of labels. `buckets` of a histogram are not cumulative, and end with what is above all bounds. */
interface Series {
  labels: AnyLabels;
  sum: number;
  count: number;
  buckets: number[];
}

/**
 * Counts what `prom-client` would. Its own instruments check and hash the labels of each observation, which takes some
 * microseconds; here an observation is a look-up and an addition.
 */
export function createFamily({
  kind,
  name,
  help,
  labels: labelNames,
  buckets = [],
}: MetricDefinition): Family {
  const byLabels = new Map<string, Series>();
  const sources: Parameters<Family['read']>[0][] = [];

  const keyOf = (labels: AnyLabels): string => {
    let key = '';
    for (const label of labelNames) key += `${labels[label]}\n`;
    return key;
  };

  const seriesOf = (labels: AnyLabels): Series => {
    const key = keyOf(labels);
    const known = byLabels.get(key);
    if (known !== undefined) return known;
    const series = {
      labels: { ...labels },
      sum: 0,
      count: 0,
      buckets: new Array(buckets.length + 1).fill(0),
    };
    byLabels.set(key, series);
    return series;
  };

  const indexOf = (value: number): number => {
    let index = 0;
    while (index < buckets.length && value > (buckets[index] ?? 0)) index += 1;
    return index;
  };

  const readSources = async (): Promise<Sample[]> => {
    const sums = new Map<string, Sample>();
    for (const reading of (await Promise.all(sources.map((source) => source()))).flat()) {
      const key = keyOf(reading.labels);
      sums.set(key, { ...reading, value: reading.value + (sums.get(key)?.value ?? 0) });
    }
    return [...sums.values()];
  };

  const samplesOf = (series: Series): Sample[] => {
    const { labels, sum, count } = series;
    if (kind !== 'histogram') return [{ labels, value: sum }];
    let below = 0;
    const counted = [...buckets, '+Inf'].map((le, index): Sample => {
      below += series.buckets[index] ?? 0;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
    });
    return [
      ...counted,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  };

  // Without labels there is one series, which is shown before anything has happened.
  if (labelNames.length === 0 && kind !== 'gauge') seriesOf({});

  return {
    name,
    add(labels, count = 1) {
      seriesOf(labels).sum += count;
    },
    observe(labels, value) {
      const series = seriesOf(labels);
      const index = indexOf(value);
      series.buckets[index] = (series.buckets[index] ?? 0) + 1;
      series.sum += value;
      series.count += 1;
    },
    read: (source) => void sources.push(source),
    async get() {
      const values = kind === 'gauge' ? await readSources() : [...byLabels.values()].flatMap(samplesOf);
      return { name, help, type: kind, values, aggregator: 'sum' };
    },
  };
}
