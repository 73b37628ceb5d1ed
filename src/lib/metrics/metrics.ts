import { METRICS, type MetricKey } from './catalog.ts';

/** The values of a metric's labels. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

/** Counts what has happened. */
export interface Counter<Name extends string = never> {
  /** @param count how often it has happened. @default 1 */
  add(labels: Labels<Name>, count?: number): void;
}

/** Counts measured values in buckets. */
export interface Histogram<Name extends string = never> {
  /** @param value in base units: seconds */
  observe(labels: Labels<Name>, value: number): void;
}

/** A present value, for one set of labels. */
export interface Reading<Name extends string = never> {
  labels: Labels<Name>;
  value: number;
}

/** A present value that is asked for at each scrape, so that it costs nothing in between. */
export interface Gauge<Name extends string = never> {
  /** Adds a source of values. Values of several sources for the same labels are summed up. */
  read(source: () => readonly Reading<Name>[] | Promise<readonly Reading<Name>[]>): void;
}

type InstrumentOf<Definition> = Definition extends { kind: 'counter'; labels: readonly (infer Name)[] }
  ? Counter<Name & string>
  : Definition extends { kind: 'histogram'; labels: readonly (infer Name)[] }
    ? Histogram<Name & string>
    : Definition extends { kind: 'gauge'; labels: readonly (infer Name)[] }
      ? Gauge<Name & string>
      : never;

/** The instruments of one process, one for each metric of the catalog. */
export type Metrics = { readonly [Key in MetricKey]: InstrumentOf<(typeof METRICS)[Key]> };

const NOTHING = {
  add: () => undefined,
  observe: () => undefined,
  read: () => undefined,
};

/** Instruments that keep nothing, for a process without `METRICS_PORT`. */
export const noMetrics: Metrics = Object.fromEntries(
  Object.keys(METRICS).map((key) => [key, NOTHING]),
) as unknown as Metrics;
