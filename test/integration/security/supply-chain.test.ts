import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface LockedPackage {
  version: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
}

const root = new URL('../../..', import.meta.url);
function read(file: string): string {
  return readFileSync(new URL(file, root), 'utf8');
}
const manifest = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;
const locked = Object.entries(
  (JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }).packages,
).filter(([path]) => path.startsWith('node_modules/'));

/** Every version of a package in the lock file. */
function versionsOf(name: string): string[] {
  return locked.flatMap(([path, { version }]) => (path.endsWith(`node_modules/${name}`) ? [version] : []));
}

function isAtLeast(version: string, floor: string): boolean {
  const [have, want] = [version, floor].map((text) => text.split('.').map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Runs the check of the lock file against a registry that answers like this. */
async function auditWith(registry: string): Promise<{ code: number; output: string }> {
  const cache = await mkdtemp(join(tmpdir(), 'quantgate-npm-'));
  try {
    return await new Promise((resolve) =>
      execFile(
        process.execPath,
        ['scripts/audit-lockfile.ts'],
        { cwd: root, env: { ...process.env, npm_config_registry: registry, npm_config_cache: cache } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      ),
    );
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

test.each([
  ['fastify', '5.8.1'],
  ['mercurius', '16.8.0'],
  ['undici', '7.24.0'],
  ['fast-jwt', '6.2.0'],
  ['ws', '8.23.0'],
  ['graphql', '16.15.0'],
])('every %s in the lock file is at least %s, below which an advisory holds', (name, floor) => {
  const versions = versionsOf(name);
  expect(versions).not.toEqual([]);
  expect(versions.filter((version) => !isAtLeast(version, floor))).toEqual([]);
});

test('a version below its floor is seen', () => {
  expect([isAtLeast('5.8.0', '5.8.1'), isAtLeast('5.10.0', '5.8.1'), isAtLeast('7.24', '7.24.0')]).toEqual([
    false,
    true,
    true,
  ]);
});

test('dependencies have exact versions, and the lock file has the digest of every package', () => {
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(ranges).toEqual([]);
  expect(locked.filter(([, { integrity, link }]) => !link && !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('no package of the image runs a script when it is installed', () => {
  expect(locked.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript)).toEqual([]);
});

test('an advisory about a package of the image fails the check of the lock file', async () => {
  const advisory = {
    fastify: [
      {
        id: 1,
        url: 'https://example.com/1',
        title: 'planted',
        severity: 'critical',
        vulnerable_versions: '<99.0.0',
      },
    ],
  };
  const server = createServer((request, response) => {
    request.resume();
    const name = decodeURIComponent(request.url?.slice(1) ?? '');
    const body = name.endsWith('/advisories/bulk') ? advisory : { name, versions: {}, 'dist-tags': {} };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { code, output } = await auditWith(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(output).toContain('critical: fastify');
    expect(code).toBe(1);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 180_000);

test('a registry that does not answer passes, and the check says so', async () => {
  const { code, output } = await auditWith('http://127.0.0.1:9');
  expect(output).toContain('The lock file was not checked, because the registry did not answer');
  expect(code).toBe(0);
}, 180_000);

test('the bill of materials has every package of the image and no development package', async () => {
  const text = await new Promise<string>((resolve, reject) =>
    execFile('npm', ['run', '-s', 'sbom'], { cwd: root, maxBuffer: 1e8 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    ),
  );
  const { bomFormat, components } = JSON.parse(text) as { bomFormat: string; components: { name: string }[] };
  const names = components.map(({ name }) => name);
  expect(bomFormat).toBe('CycloneDX');
  expect(Object.keys(manifest.dependencies).filter((name) => !names.includes(name))).toEqual([]);
  const others = ['vitest', 'typescript', '@biomejs/biome', '@quantgate/client', '@apollo/client', 'react'];
  expect(names.filter((name) => others.includes(name))).toEqual([]);
}, 180_000);
