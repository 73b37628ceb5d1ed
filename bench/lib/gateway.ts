/** Starts a checkout of the gateway by its own start script, as operators do. Nothing else of its layout is known here. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeKind } from '../programs/probe.ts';
import { listenerOf } from './proc.ts';
import { BENCH, freePort, onCore, SERVER_CORE, track } from './programs.ts';
import { SCRATCH } from './scratch.ts';
import type { BenchStore } from './stores.ts';

const READY_MS = 60_000;

/** Limits that one address which makes all requests would meet. All others are as shipped. */
const RAISED = {
  UPSTREAM_RATE: '1000000',
  UPSTREAM_BURST: '100000',
  LOGIN_RATE: '1000000/1m',
  REQUEST_RATE: 'off',
  REGISTRATION: 'open',
  DRAIN_DELAY: '0s',
};

/** The keys of a gateway; its store is readable with them only. */
export function createKeys(): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    JWT_PRIVATE_KEYS: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export interface GatewayOptions {
  /** The root of the checkout. */
  dir: string;
  store: BenchStore;
  keys: Record<string, string>;
  upstreamUrl: string;
  env?: Record<string, string>;
  /** Loads the probe into the process. */
  hasProbe?: boolean;
  /** False while users are made: then it may use every core. */
  isPinned?: boolean;
  /** By `npm start`, which takes a while itself; otherwise by the script that npm would run. */
  isByNpm?: boolean;
}

export interface Gateway {
  url: string;
  port: number;
  /** The process that serves, which may be below the one that was started. */
  pid: number;
  /** The probe begins to watch. @returns a function that ends it, and returns the file that the probe then writes */
  startProbe(kind: ProbeKind): () => string;
  /** What it has logged as a warning or worse since it is ready. */
  complaints(): string[];
  stop(): Promise<void>;
}

/**
 * The start script of a checkout. `exec` saves the shell between: then signals arrive at the gateway itself.
 * @param isBySource runs the sources and not what was built of them: the probe names files
 */
function startScriptOf(dir: string, isBySource: boolean): string {
  const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return isBySource ? scripts.start.replace('dist/main.js', 'src/main.ts') : scripts.start;
}

/** Builds what the start script runs, where that is to be built. */
export async function prepareGateway(dir: string): Promise<void> {
  const build = spawn('npm', ['run', 'prestart', '--silent', '--if-present'], { cwd: dir, stdio: 'inherit' });
  const [code] = await once(build, 'exit');
  if (code !== 0) throw new Error(`What is in ${dir} could not be built`);
}

let started = 0;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const {
    dir,
    store,
    keys,
    upstreamUrl,
    env = {},
    hasProbe = false,
    isPinned = true,
    isByNpm = false,
  } = options;
  const port = await freePort();
  const name = join(SCRATCH, `gateway-${started++}`);
  const logFile = `${name}.log`;
  const probeFile = `${name}.json`;
  const kindFile = `${probeFile}.kind`;
  const log = openSync(logFile, 'w');
  const command = ['sh', '-c', isByNpm ? 'exec npm start --silent' : startScriptOf(dir, hasProbe)] as const;
  const [program, args] = isPinned
    ? onCore(SERVER_CORE, command[0], command.slice(1))
    : [command[0], command.slice(1)];
  const child = spawn(program, args, {
    cwd: dir,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: [resolve(dir, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: 'production',
      PORT: String(port),
      QUANTCONNECT_BASE_URL: upstreamUrl,
      QUANTCDN_BASE_URL: new URL(upstreamUrl).origin,
      ...store.env,
      ...keys,
      ...RAISED,
      ...(hasProbe && {
        NODE_OPTIONS: `--import ${join(BENCH, 'programs/probe.ts')}`,
        BENCH_PROBE_FILE: probeFile,
      }),
      ...env,
    },
  });
  closeSync(log);
  const process_ = track(child);
  const url = `http://127.0.0.1:${port}`;
  const endMs = performance.now() + READY_MS;
  while (!(await isReady(url))) {
    if (process_.hasEnded() || performance.now() > endMs) {
      throw new Error(`The gateway in ${dir} did not start: ${readFileSync(logFile, 'utf8').slice(-1_000)}`);
    }
    await sleep(5);
  }
  const pid = listenerOf(process_.pid, port);
  const complaintsAtStart = complaintsIn(logFile).length;
  return {
    url,
    port,
    pid,
    startProbe(kind) {
      writeFileSync(kindFile, kind);
      process.kill(pid, 'SIGUSR2');
      return () => {
        process.kill(pid, 'SIGUSR2');
        return probeFile;
      };
    },
    complaints: () => complaintsIn(logFile).slice(complaintsAtStart),
    async stop() {
      await process_.stop();
      for (const file of [logFile, probeFile, kindFile]) await rm(file, { force: true });
    },
  };
}

function complaintsIn(logFile: string): string[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => /"level":"?(?:warn|error|fatal|[456]0)\b/.test(line));
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}
