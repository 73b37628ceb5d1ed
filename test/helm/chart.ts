import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

const PROJECT = resolve(import.meta.dirname, '../..');
const CHART = join(PROJECT, 'deploy/helm');
const CACHE = join(PROJECT, 'node_modules/.cache');
const RENDERER = join(CACHE, 'helm-render');

/** A part of the values of the chart, or the whole. */
export interface Values {
  [name: string]: unknown;
}

/** An object of Kubernetes. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: the schemas of Kubernetes judge what is in it
  [member: string]: any;
}

/** Go and the two libraries of Debian that Helm renders with. On CI they have to be installed. */
export const isGoMissing: boolean = !process.env.CI && spawnSync('go', ['version']).status !== 0;

function readChartFile(name: string): string {
  return readFileSync(join(CHART, name), 'utf8');
}

/** Compiles the renderer; a second time Go has it in its cache. */
export function buildRenderer(): void {
  mkdirSync(CACHE, { recursive: true });
  execFileSync('go', ['build', '-o', RENDERER, join(import.meta.dirname, 'render.go')], {
    env: {
      PATH: process.env.PATH,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOCACHE: join(CACHE, 'go'),
    },
  });
}

/** The values of the chart, with those of an installation over them, as Helm puts them together. */
export function valuesWith(given: Values): Values {
  return merge(parse(readChartFile('values.yaml')), given);
}

function merge(defaults: Values, given: Values): Values {
  const merged = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    const before = merged[name];
    merged[name] = isMap(before) && isMap(value) ? merge(before, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What `values.schema.json` has against values; Helm refuses them then. */
export function problemsOf(values: Values): string[] {
  const judge = new Ajv({ allErrors: true, strictTypes: false });
  const isValid = judge.compile(JSON.parse(readChartFile('values.schema.json')));
  isValid(values);
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The objects of an installation. @throws Error with the message of `required` or `fail` */
export function render(given: Values): KubernetesObject[] {
  const { name, version, appVersion } = parse(readChartFile('Chart.yaml'));
  const templates = Object.fromEntries(
    readdirSync(join(CHART, 'templates')).map((file) => [
      `quantgate/templates/${file}`,
      readChartFile(`templates/${file}`),
    ]),
  );
  const context = {
    Values: valuesWith(given),
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: 'main', Namespace: 'gateways', Service: 'Helm' },
  };
  const { status, stdout, stderr } = spawnSync(RENDERER, {
    input: JSON.stringify({ templates, context }),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const rendered: Record<string, string> = JSON.parse(stdout);
  return Object.entries(rendered)
    .filter(([path]) => path.endsWith('.yaml'))
    .flatMap(([, text]) => parseAllDocuments(text))
    .map((document) => {
      const [error] = 'errors' in document ? document.errors : [];
      if (error !== undefined) throw error;
      return 'toJS' in document ? document.toJS() : null;
    })
    .filter((object) => object !== null);
}
