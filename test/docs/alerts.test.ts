import { collectDefaultMetrics, Registry } from 'prom-client';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRIC_PREFIX, METRICS, type MetricDefinition } from '../../src/lib/metrics/catalog.ts';
import { readProjectFile } from './environment.ts';
import { anchorsIn } from './markdown.ts';

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook_url: string };
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

const { groups } = parse(readProjectFile('deploy/observe/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels, annotations } = JSON.parse(readProjectFile('deploy/observe/grafana/quantgate.json')) as {
  panels: Panel[];
  annotations: { list: { expr: string }[] };
};
const dashboard = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
  ...annotations.list.map(({ expr }) => ({ title: 'annotation', expr })),
];

/** Every series of the gateway with its labels; those of Node have none that is checked. */
const series = new Map<string, readonly string[] | undefined>([['up', undefined]]);

beforeAll(() => {
  for (const { kind, name, labels } of Object.values<MetricDefinition>(METRICS)) {
    const full = `${METRIC_PREFIX}${name}`;
    if (kind !== 'histogram') series.set(full, labels);
    else {
      series.set(`${full}_bucket`, [...labels, 'le']);
      for (const suffix of ['_sum', '_count']) series.set(`${full}${suffix}`, labels);
    }
  }
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) series.set(name, undefined);
});

/** The series that a query names, each with the labels that it selects by. */
function seriesIn(expr: string): { name: string; labels: string[] }[] {
  const names = /\b(up|quantgate_\w+|process_\w+|nodejs_\w+)\b(?:\{([^}]*)\})?/g;
  return [...expr.matchAll(names)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** What a query names that the gateway does not have; the labels of the target are Prometheus's own. */
function unknownIn(expr: string): string[] {
  const found = seriesIn(expr);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  return found.flatMap(({ name, labels }) => {
    if (!series.has(name)) return [name];
    const known = series.get(name);
    const allowed = new Set(['job', 'instance', ...(known ?? labels), ...(known ? [] : grouped)]);
    return [...labels, ...grouped].filter((label) => !allowed.has(label)).map((label) => `${name}{${label}}`);
  });
}

test('every alert names metrics and labels that exist', () => {
  expect(rules.length).toBeGreaterThan(10);
  for (const { alert, expr } of rules) {
    expect(seriesIn(expr), alert).not.toEqual([]);
    expect(unknownIn(expr), alert).toEqual([]);
  }
});

test('every panel names metrics and labels that exist, and every metric has a panel', () => {
  for (const { title, expr } of dashboard) {
    expect(seriesIn(expr), title).not.toEqual([]);
    expect(unknownIn(expr), title).toEqual([]);
  }
  const shown = dashboard.map(({ expr }) => expr).join('\n');
  const missing = Object.values<MetricDefinition>(METRICS).filter(
    ({ name }) => !shown.includes(`${METRIC_PREFIX}${name}`),
  );
  expect(missing).toEqual([]);
});

test('a name or a label that does not exist is found', () => {
  expect(
    unknownIn('sum by (color) (rate(quantgate_watches{kind="a", size="b"}[5m])) + quantgate_nothing'),
  ).toEqual(['quantgate_watches{size}', 'quantgate_watches{color}', 'quantgate_nothing']);
});

test('every alert has its entry in the runbook, and every entry its alert', () => {
  const runbook = readProjectFile('docs/runbook.md');
  const anchors = anchorsIn(runbook);
  for (const {
    alert,
    annotations: { runbook_url: url },
  } of rules) {
    expect(url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    expect(anchors).toContain(alert.toLowerCase());
  }
  const entries = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, title]) => title);
  expect(entries.sort()).toEqual(rules.map(({ alert }) => alert).sort());
});
