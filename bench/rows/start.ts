/** From the start command to ready, and memory at rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../lib/bench.ts';
import { figure, median, spread, table } from '../lib/figures.ts';
import { createKeys, startGateway } from '../lib/gateway.ts';
import { cpuMsOf, rssMbOf } from '../lib/proc.ts';
import { judge, type Section } from '../lib/results.ts';
import { createStore } from '../lib/stores.ts';
import type { Target } from '../lib/targets.ts';

const MAX_READY_MS = 800;
const MAX_REST_MB = 110;

interface Starts {
  target: Target;
  /** By `npm start` on an empty store. */
  npmMs: number[];
  /** By the start script alone on the same store. */
  scriptMs: number[];
  cpuMs: number[];
  restMb: number[];
}

export async function measureStart(bench: Bench): Promise<Section[]> {
  if (!bench.rows.has('start')) return [];
  const all: Starts[] = bench.targets.map((target) => ({
    target,
    npmMs: [],
    scriptMs: [],
    cpuMs: [],
    restMb: [],
  }));
  for (let time = 0; time < bench.sizes.starts; time += 1) {
    for (const starts of all) await startTwice(bench, starts);
  }
  return [sectionOf(all)];
}

async function startTwice(bench: Bench, { target, npmMs, scriptMs, cpuMs, restMb }: Starts): Promise<void> {
  const store = await createStore(target.kind);
  const options = { dir: target.dir, store, keys: createKeys(), upstreamUrl: bench.upstreamUrl };
  try {
    for (const tookMs of bench.isSmoke ? [npmMs] : [npmMs, scriptMs]) {
      const isByNpm = tookMs === npmMs;
      const startMs = performance.now();
      const gateway = await startGateway({ ...options, isByNpm });
      tookMs.push(performance.now() - startMs);
      if (isByNpm) {
        cpuMs.push(cpuMsOf(gateway.pid));
        await sleep(bench.sizes.restSeconds * 1_000);
        restMb.push(rssMbOf(gateway.pid));
      }
      await gateway.stop();
    }
  } finally {
    await store.remove();
  }
}

function sectionOf(all: readonly Starts[]): Section {
  const heads = ['who', '`npm start`, ms', 'without npm, ms', 'CPU until ready, ms', 'memory at rest, MB'];
  const rows = all.map(({ target, npmMs, scriptMs, cpuMs, restMb }) => [
    target.name,
    spread(npmMs),
    spread(scriptMs),
    spread(cpuMs),
    spread(restMb),
  ]);
  return {
    title: 'Start',
    method:
      'On one core, until /readyz answers 200: `npm start` on an empty store, then the script of package.json by itself on the' +
      ' same store. On PostgreSQL the empty store is a new database. CPU and memory are those of the gateway alone.',
    tables: [table(heads, rows)],
    goals: all.flatMap(({ target, npmMs, restMb }) => [
      judge(target.name, '`npm start` to ready, ms', {
        value: median(npmMs),
        atMost: MAX_READY_MS,
        text: spread(npmMs),
      }),
      judge(target.name, 'memory at rest, MB', {
        value: median(restMb),
        atMost: MAX_REST_MB,
        text: figure(median(restMb)),
      }),
    ]),
  };
}
