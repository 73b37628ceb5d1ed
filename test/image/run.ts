/**
 * Builds the image without a container engine and looks at it: the instructions of the Dockerfile are carried out in a mount
 * namespace, over this machine's own `/usr` in place of the base. Prints sizes and times. Ends with 1 when the image is too
 * large, writes where it must not, or does not work. Needs Linux and root.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../docs/running.ts';
import { BEGINS, type BoxOptions, runInBox, startInBox } from './box.ts';
import { createBuilder } from './build.ts';
import { environmentOf, lastOf, parseDockerfile, type Stage, wordsOf } from './dockerfile.ts';

const LARGEST_MB = 250;
const STARTS = 5;
/** In so long a start on a store that is there is ready, where Node alone starts in `BARE_MS`. */
const READY_MS = 1_500;
/** On two cores of an AMD EPYC that nothing else uses. */
const BARE_MS = 45;

const project = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync('/dev/shm/quantgate-image-');
const problems: string[] = [];

/** Prints one line of the report; what does not hold is repeated at the end. */
function report(name: string, detail: string, holds = true): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'}  ${name}: ${detail}`);
  if (!holds) problems.push(name);
}

function megabytesOf(path: string): number {
  return Number(execFileSync('du', ['-sk', path], { encoding: 'utf8' }).split('\t')[0]) / 1_024;
}

/** How much slower than usual the machine is at the moment, by the start of Node with nothing to do; at least 1. */
function slowness(): number {
  const times = Array.from({ length: 5 }, () => {
    const beganAt = performance.now();
    execFileSync(process.execPath, ['--eval', '0']);
    return performance.now() - beganAt;
  });
  const [, , median = BARE_MS] = times.sort((a, b) => a - b);
  return Math.max(1, median / BARE_MS);
}

/** The box of a stage as a container: its user, its folder and its variables, read-only, with one volume. */
function containerOf(stage: Stage, changes: string, env: Record<string, string>): BoxOptions {
  const volume = mkdtempSync(join(folder, 'volume-'));
  const [uid = 0, gid = 0] = lastOf(stage, 'USER').split(':').map(Number);
  chownSync(volume, uid, gid);
  return {
    changes,
    isReadOnly: true,
    user: lastOf(stage, 'USER'),
    workdir: lastOf(stage, 'WORKDIR'),
    env: { ...environmentOf(stage), ...env },
    volumes: stage.name === 'gateway' ? { '/data': volume } : {},
  };
}

/** Starts a container, waits until a path answers 200, does something, and stops it. @returns its times and its end */
async function serving(
  box: BoxOptions,
  command: readonly string[],
  url: string,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<{ readyMs: number; code: number | null }> {
  const child = startInBox(box, command);
  let began = Number.NaN;
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
    if (Number.isNaN(began) && output.includes(BEGINS)) began = performance.now();
  });
  const closed = once(child, 'close');
  for (;;) {
    const isReady = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) break;
    if (child.exitCode !== null)
      throw new Error(`${command.join(' ')} ended with ${child.exitCode}:\n${output}`);
    await pause(5);
  }
  const readyMs = performance.now() - began;
  await meanwhile().finally(() => child.kill('SIGTERM'));
  const [code] = await closed;
  return { readyMs, code };
}

async function judgeSimulator(stage: Stage, changes: string): Promise<void> {
  const port = await freePort();
  const box = containerOf(stage, changes, { SIMULATOR_PORT: String(port) });
  const { readyMs } = await serving(box, command(stage), `http://127.0.0.1:${port}/_sim/health`);
  const mb = megabytesOf(join(changes, 'root'));
  report('image of the simulator', `${mb.toFixed(1)} MB, ready after ${Math.round(readyMs)} ms`, mb < 10);
}

async function judgeGateway(stage: Stage, changes: string): Promise<void> {
  const root = join(changes, 'root');
  for (const part of ['app/node_modules', 'app/dist']) {
    report(part, `${megabytesOf(join(root, part)).toFixed(0)} MB`);
  }
  const mb = megabytesOf(root) + megabytesOf(join(changes, 'usr'));
  report('size without the base', `${mb.toFixed(0)} MB, at most ${LARGEST_MB}`, mb <= LARGEST_MB);

  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const wrong = Object.keys(packages).filter(
    (path) => packages[path].dev === true && existsSync(join(root, 'app', path)),
  );
  const named = wrong.slice(0, 3).join(', ');
  report('development packages', `${wrong.length} ${named}`.trimEnd(), wrong.length === 0);
  const bill = JSON.parse(readFileSync(join(root, 'app/dist/sbom.cdx.json'), 'utf8'));
  report('bill of materials', `${bill.components.length} packages`, bill.components.length > 100);
  report('simulator', 'not in it', !readdirSync(join(root, 'app/dist')).includes('simulator'));
  const data = statSync(join(root, 'data'));
  report('/data', `mode ${(data.mode & 0o777).toString(8)}, user ${data.uid}`, data.uid === 1_000);

  const keys = {
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    JWT_PRIVATE_KEYS: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };
  const port = String(await freePort());
  const box = containerOf(stage, changes, { ...keys, HOST: '127.0.0.1', PORT: port, DRAIN_DELAY: '0s' });
  const written = await runInBox(box, ['sh', '-c', 'for f in /x /app/x /tmp/x /data/x; do touch $f; done']);
  const refused = written.output.match(/Read-only file system/g)?.length;
  report('writes', `refused in ${refused} of 4 places`, refused === 3);
  const { code: without, output } = await runInBox({ ...box, env: environmentOf(stage) }, command(stage));
  report('start without keys', output.trim().split('\n').join(' '), without === 1);
  const help = await runInBox(box, ['quantgate', '--help']);
  report('quantgate --help', help.output.split('\n')[0] ?? '', help.code === 0);

  const probe = () => runInBox(box, wordsOf(lastOf(stage, 'HEALTHCHECK')));
  report('health check before the start', 'unhealthy', (await probe()).code === 1);
  const times: number[] = [];
  const fairMs: number[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    const { readyMs, code } = await serving(
      box,
      command(stage),
      `http://127.0.0.1:${port}/readyz`,
      async () => {
        if (index === 0) report('health check', 'healthy', (await probe()).code === 0);
      },
    );
    times.push(readyMs);
    fairMs.push(readyMs / slowness());
    if (code !== 0) report('SIGTERM', `ended with ${code}`, false);
  }
  const [first = 0, ...later] = times.map(Math.round);
  const fastestMs = Math.round(Math.min(...fairMs.slice(1)));
  const onIdle = `on an idle machine about ${fastestMs}, at most ${READY_MS}`;
  report(
    'ready after',
    `${first} ms on an empty store, then ${later.join(', ')} ms; ${onIdle}`,
    fastestMs <= READY_MS,
  );
}

function command(stage: Stage): string[] {
  return wordsOf(lastOf(stage, 'CMD'));
}

try {
  const builder = createBuilder(project, folder, join(homedir(), '.npm'));
  for (const stage of parseDockerfile(readFileSync(join(project, 'Dockerfile'), 'utf8'))) {
    const changes = await builder.build(stage);
    if (stage.name === 'simulator') await judgeSimulator(stage, changes);
    if (stage.name === 'gateway') await judgeGateway(stage, changes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.error(`\nThe image is not as it should be: ${problems.join('; ')}`);
  process.exitCode = 1;
}
