/** What metrics and traces cost: W1 of one gateway without them, and of others with them, in one interleaved run. */
import type { Bench } from '../lib/bench.ts';
import { figure, median, spread, table } from '../lib/figures.ts';
import { freePort, type Program, startProgram } from '../lib/programs.ts';
import { judge, type Section } from '../lib/results.ts';
import { type Contestant, contestantOf } from './contestants.ts';
import { ratioOf, type Sample, sampleAll } from './requests.ts';

const WORKLOAD = 'W1';
/** A scrape in production comes each 15 or 30 s. */
const SCRAPE_MS = 1_000;
/** Of the speed without metrics: less than the spread of one gateway beside itself. */
const METRICS_AT_LEAST = 0.95;

interface Setting {
  name: string;
  env: Record<string, string>;
  /** The port of its metrics, which is scraped. */
  metricsPort?: number;
  isTraced?: boolean;
}

async function settingsFor(collector: string): Promise<[Setting, ...Setting[]]> {
  const metricsPort = await freePort();
  const traced = (percent: number): Setting => ({
    name: `traces of ${percent} % of the requests`,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(percent / 100),
    },
    isTraced: true,
  });
  return [
    { name: 'without either', env: {} },
    { name: 'metrics', env: { METRICS_PORT: String(metricsPort) }, metricsPort },
    traced(10),
    traced(100),
  ];
}

export async function measureObserved(bench: Bench): Promise<Section[]> {
  const [target] = bench.targets;
  if (!bench.rows.has('observed') || target === undefined) return [];
  await using started = new AsyncDisposableStack();
  const collectorPort = await freePort();
  const collector = await startProgram('upstream/collector.ts', { env: { PORT: String(collectorPort) } });
  started.defer(() => collector.stop());
  const settings = await settingsFor(`http://127.0.0.1:${collectorPort}`);
  const contestants: Contestant[] = [];
  for (const { name, env } of settings) {
    const running = await target.start(bench.sizes.users, { upstreamUrl: bench.upstreamUrl, env });
    started.defer(() => running.stop());
    contestants.push(contestantOf({ name }, running));
  }
  const load = await startProgram('programs/load.ts');
  started.defer(() => load.stop());
  const scraper = scrape(settings.flatMap(({ metricsPort }) => metricsPort ?? []));
  const { samples } = await sampleAll(bench, [WORKLOAD], contestants, load);
  await scraper.stop();
  // Spans that wait are sent at the end.
  for (const [at, { isTraced }] of settings.entries())
    if (isTraced) await contestants[at]?.running?.gateway.stop();
  return [sectionOf(bench, settings, samples, await collectedBy(collector))];
}

/** Asks for the metrics now and then, as Prometheus does. */
interface Scraper {
  /** @throws Error when an answer had no metrics */
  stop(): Promise<void>;
}

function scrape(ports: readonly number[]): Scraper {
  const once = async (): Promise<void> => {
    for (const port of ports) {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      const text = await response.text();
      if (!text.includes('quantgate_http_request_duration_seconds_count'))
        throw new Error(`no metrics: ${text}`);
    }
  };
  let all = once();
  const timer = setInterval(() => {
    all = all.then(once);
  }, SCRAPE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await all;
    },
  };
}

/** What the collector got. @throws Error when that is nothing: then no trace was measured */
async function collectedBy(collector: Program): Promise<string> {
  const { requests, bytes } = await collector.ask<{ requests: number; bytes: number }>('sent');
  if (requests === 0) throw new Error('No span was sent');
  return `${requests} batches of spans, ${figure(bytes / 1_000_000, 1)} MB`;
}

function sectionOf(
  { sizes }: Bench,
  settings: readonly [Setting, ...Setting[]],
  samples: readonly Sample[],
  collected: string,
): Section {
  const [{ name: plain }] = settings;
  const ratios = (name: string) => ratioOf(samples, WORKLOAD, name, plain, 'cpu', WORKLOAD);
  const rows = settings.map(({ name }) => {
    const own = samples.filter(({ key }) => key === name);
    return [
      name,
      spread(own.map(({ cpuUs }) => cpuUs)),
      spread(ratios(name), 2),
      spread(own.map(({ perSecond }) => perSecond)),
      figure(median(own.map(({ rssMb }) => rssMb))),
    ];
  });
  const text = `${spread(ratios('metrics'), 2)} by CPU`;
  return {
    title: 'Metrics and traces',
    method:
      `W1 of four gateways of one checkout: ${sizes.seconds} s a sample, ${sizes.rounds} rounds in alternating order. Ratios are` +
      ` within a round, as for the requests. Metrics are scraped each ${SCRAPE_MS / 1_000} s. Traces go to a collector that` +
      ` takes everything; it got ${collected}. Spans that do not fit into the queue of the SDK are left out.`,
    tables: [
      table(
        ['observed by', 'CPU a request, us', 'of the one without', 'requests a second', 'memory, MB'],
        rows,
      ),
    ],
    goals: [
      judge('metrics', 'W1, of the one without', {
        value: median(ratios('metrics')),
        atLeast: METRICS_AT_LEAST,
        text,
      }),
    ],
  };
}
