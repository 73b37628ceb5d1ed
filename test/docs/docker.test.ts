import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProjectFile } from './environment.ts';
import { GATEWAY_ADDRESS, SIMULATOR_ADDRESS, start } from './running.ts';

const run = promisify(execFile);
const project = resolve(import.meta.dirname, '../..');
const dockerfile = readProjectFile('Dockerfile');
const runtimeStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

/** The arguments of an exec-form instruction, without the program. */
function argumentsOf(instruction: RegExp): string[] {
  const [program, ...rest] = JSON.parse(instruction.exec(runtimeStage)?.[1] ?? '[]');
  expect(program).toBe('node');
  return rest;
}
function healthcheck() {
  return argumentsOf(/^HEALTHCHECK [^[]*CMD (\[.*\])$/m);
}
function command() {
  return argumentsOf(/^CMD (\[.*\])$/m);
}

function keys() {
  return {
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    JWT_PRIVATE_KEYS: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };
}

/** The image's `/app`: what the build makes, and the packages that `dependencies` names. */
let app = '';

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'quantgate-image-'));
  await run(process.execPath, ['scripts/build.ts', join(app, 'dist')], { cwd: project });
  await writeFile(join(app, 'package.json'), readProjectFile('package.json'));
  for (const name of Object.keys(JSON.parse(readProjectFile('package.json')).dependencies)) {
    const link = join(app, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(project, 'node_modules', name), link);
  }
}, 120_000);

afterAll(() => rm(app, { recursive: true, force: true }));

describe('the image', () => {
  test('has a base of the exact version that the tests run with, a numbered user, and writes only to /data', () => {
    const { node } = JSON.parse(readProjectFile('package.json')).devDependencies;
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual(Array(3).fill(`node:${node}-bookworm-slim`));
    expect(process.version).toBe(`v${node}`);
    expect(runtimeStage).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(runtimeStage).toMatch(/^VOLUME \/data$/m);
    expect(dockerfile).toContain('npm ci --omit=dev --ignore-scripts');
    expect(runtimeStage).not.toContain('npm');
  });

  test('starts in production mode, reports healthy, and exits with 0 on SIGTERM', async () => {
    const env = {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(app, 'data'),
      ...keys(),
    };
    await using gateway = await start([process.execPath, ...command()], GATEWAY_ADDRESS, { cwd: app, env });
    const { port } = new URL(gateway.match);
    const probe = () => run(process.execPath, healthcheck(), { env: { PORT: port } });
    await expect(probe()).resolves.toBeDefined();
    expect((await fetch(`${gateway.match}/readyz`)).status).toBe(200);
    expect((await fetch(`${gateway.match}/graphiql`)).status).toBe(404);
    expect(await gateway.stop()).toBe(0);
    await expect(probe()).rejects.toMatchObject({ code: 1 });
  });

  test('has the command line as `quantgate`', async () => {
    expect(runtimeStage).toMatch(/^COPY --chmod=755 scripts\/quantgate \/usr\/local\/bin\/quantgate$/m);
    const script = join(app, 'quantgate');
    await writeFile(script, readProjectFile('scripts/quantgate').replaceAll('/app/', `${app}/`), {
      mode: 0o755,
    });
    const env = {
      PATH: process.env.PATH,
      DATA_DIR: join(app, 'command-line'),
      NODE_ENV: 'production',
      ...keys(),
    };
    const { stdout } = await run(script, ['migrate', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      pending: [],
      migrated: expect.arrayContaining(['0001-initial']),
    });
    await expect(run(script, ['migrate', '--bogus'], { env })).rejects.toMatchObject({ code: 2 });
  });

  test('does not start without keys', async () => {
    const env = { NODE_ENV: 'production', PORT: '0', DATA_DIR: join(app, 'none') };
    const started = start([process.execPath, ...command()], GATEWAY_ADDRESS, { cwd: app, env });
    await expect(started).rejects.toThrow(/ended with 1[\s\S]*ENCRYPTION_KEYS[\s\S]*JWT_PRIVATE_KEYS/);
  });

  test('has neither the simulator nor a test, and a bill of materials', () => {
    const copied = [...runtimeStage.matchAll(/^COPY (?:--\S+ )*(.*) \S+$/gm)].flatMap(([, from = '']) =>
      from.split(' '),
    );
    expect(copied.filter((path) => path.startsWith('/app/'))).toEqual(['/app/node_modules', '/app/dist']);
    expect(dockerfile).toContain('mv dist/simulator simulator-dist');
    expect(dockerfile).toContain('npm run -s sbom > dist/sbom.cdx.json');
  });

  test('of the simulator, which docker-compose.yml starts, needs no package', async () => {
    expect(readProjectFile('docker-compose.yml')).toContain('target: simulator');
    const stage = dockerfile.slice(dockerfile.indexOf(' AS simulator'), dockerfile.indexOf(' AS gateway'));
    expect(stage).toContain('CMD ["node", "dist/simulator/main.js"]');
    const folder = await mkdtemp(join(tmpdir(), 'quantgate-simulator-'));
    try {
      await cp(join(app, 'dist/simulator'), join(folder, 'dist/simulator'), { recursive: true });
      await cp(join(app, 'package.json'), join(folder, 'package.json'));
      await using simulator = await start([process.execPath, 'dist/simulator/main.js'], SIMULATOR_ADDRESS, {
        cwd: folder,
        env: { SIMULATOR_PORT: '0' },
      });
      expect((await fetch(new URL('/_sim/health', simulator.match))).status).toBe(200);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
