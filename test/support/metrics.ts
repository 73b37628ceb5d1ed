/** One sample of a scrape. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Metrics as a monitor reads them. */
export interface Scrape {
  text: string;
  /** The names that were declared, with or without samples. */
  names: string[];
  samples: Sample[];
  /** The sum of the samples of this name that have these labels. */
  sum(name: string, labels?: Record<string, string>): number;
}

/** Reads the text format of Prometheus. */
function parseMetrics(text: string): Scrape {
  const lines = text.split('\n');
  const samples = lines.flatMap((line): Sample[] => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
  return {
    text,
    names: lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []),
    samples,
    sum: (name, wanted = {}) =>
      samples
        .filter(
          (sample) =>
            sample.name === name &&
            Object.entries(wanted).every(([key, text]) => sample.labels[key] === text),
        )
        .reduce((sum, { value }) => sum + value, 0),
  };
}

/** Scrapes a gateway that was started with `METRICS_PORT`. */
export async function scrape({ metricsUrl = '' }: { metricsUrl: string | undefined }): Promise<Scrape> {
  const answer = await fetch(metricsUrl);
  if (!answer.ok) throw new Error(`${metricsUrl} answered ${answer.status}`);
  return parseMetrics(await answer.text());
}
