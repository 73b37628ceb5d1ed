/**
 * Loaded into a gateway by `--import`. The first SIGUSR2 starts watching, the next one writes what was seen to
 * BENCH_PROBE_FILE. The file `BENCH_PROBE_FILE.kind` says what to watch.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A CPU profile, the longest turn of the event loop, or how often each function of the gateway was called. */
export type ProbeKind = 'profile' | 'turns' | 'calls';

/** What `turns` sees. */
export interface Turns {
  longestTurnMs: number;
}

/** What `calls` sees: by file, functions in their order in it. */
export type Calls = { file: string; functions: { name: string; count: number }[] }[];

const SAMPLE_US = 250;
const RESOLUTION_MS = 1;
const file = process.env.BENCH_PROBE_FILE ?? '';

function write(seen: unknown): void {
  writeFileSync(`${file}.part`, JSON.stringify(seen));
  renameSync(`${file}.part`, file);
}

/** Starts to watch. @returns a function that ends it and writes what was seen */
const watchers: Record<ProbeKind, () => () => void> = {
  turns() {
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delays.enable();
    return () => {
      delays.disable();
      const seen: Turns = { longestTurnMs: delays.max / 1e6 - RESOLUTION_MS };
      write(seen);
    };
  },

  profile() {
    const session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    session.post('Profiler.start');
    return () => {
      session.post('Profiler.stop', (_error, { profile }) => write(profile));
      session.disconnect();
    };
  },

  calls() {
    const session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    return () => {
      session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
        const seen: Calls = result
          .filter(({ url }) => url.includes('/src/') && !url.includes('/node_modules/'))
          .map(({ url, functions }) => ({
            file: url.slice(url.lastIndexOf('/src/') + 1),
            functions: functions.map(({ functionName, ranges }) => ({
              name: functionName,
              count: ranges[0]?.count ?? 0,
            })),
          }));
        write(seen);
      });
      session.disconnect();
    };
  },
};

let finish: (() => void) | undefined;
process.on('SIGUSR2', () => {
  if (finish === undefined) {
    finish = watchers[readFileSync(`${file}.kind`, 'utf8') as ProbeKind]();
    return;
  }
  finish();
  finish = undefined;
});
