import { existsSync, readFileSync } from 'node:fs';
import { SHUTDOWN_TIMEOUT_S } from './cluster.ts';
import type { NemesisReport } from './nemesis.ts';
import type { Replica } from './replica.ts';

/** A busy machine may take a moment more than the replicas' timeout. */
const STOP_LIMIT_MS = (SHUTDOWN_TIMEOUT_S + 1) * 1_000;

/** A replica that uses more has a leak. */
const MEMORY_LIMIT_MB = 600;

/** Stops that were not clean. */
export function uncleanStops({ terminations }: NemesisReport): string[] {
  return terminations.flatMap(({ name, code, tookMs }) =>
    code === 0 && tookMs < STOP_LIMIT_MS
      ? []
      : `${name} ended with ${code} after ${Math.round(tookMs)} ms of SIGTERM`,
  );
}

/** Replicas that took too much memory. */
export function tooMuchMemory(replicas: readonly Replica[]): string[] {
  return replicas.flatMap((replica) =>
    replica.peakMb() < MEMORY_LIMIT_MB ? [] : `${replica.name} took ${replica.peakMb().toFixed(0)} MB`,
  );
}

/** Replicas that ended by themselves, or had an uncaught error. */
export function crashes(replicas: readonly Replica[]): string[] {
  return [
    ...replicas.flatMap(({ unexpectedExits }) => unexpectedExits),
    ...replicas.flatMap(({ name, logs }) => {
      const text = existsSync(logs.stderr) ? readFileSync(logs.stderr, 'utf8') : '';
      // A start without a database also writes here and exits; Node adds its version to an uncaught error.
      const uncaught = text.split('\n').find((line) => /unhandled|uncaught|^Node\.js v\d/i.test(line));
      return uncaught === undefined ? [] : `${name} wrote: ${uncaught}`;
    }),
  ];
}
