import { existsSync, readFileSync } from 'node:fs';
import { SHUTDOWN_TIMEOUT_S } from './cluster.ts';
import type { History } from './history.ts';
import type { Judgments } from './judge.ts';
import type { NemesisReport } from './nemesis.ts';
import type { Replica } from './replica.ts';

/** The number of cases of each kind that are printed. */
const SHOWN = 8;

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

/** Prints the first cases of each judgment that fails. */
export function printFindings(judgments: Judgments): void {
  for (const [kind, cases] of Object.entries(judgments)) {
    if (cases.length === 0) continue;
    console.log(`${kind}: ${cases.length}`);
    for (const one of cases.slice(0, SHOWN)) console.log(`  ${one}`);
  }
}

export interface Outcome {
  seed: number;
  minutes: number;
  history: History;
  judgments: Judgments;
  kills: number;
  gapMs: number;
}

/** The result of a run in one line. */
export function summaryLine({ seed, minutes, history, judgments, kills, gapMs }: Outcome): string {
  const { lost, doubled, reordered, doubleDeployments, ...others } = judgments;
  const failed = Object.entries(others).flatMap(([name, { length }]) =>
    length > 0 ? `${name} ${length}` : [],
  );
  const events = [...history.logs.values()].reduce((sum, log) => sum + log.length, 0);
  const deliveries = history.readers.reduce((sum, { seen }) => sum + seen.length, 0);
  return (
    `chaos seed=${seed} minutes=${minutes.toFixed(1)}: ${events} events, ${deliveries} deliveries, ${kills} kills, ` +
    `${lost.length} lost, ${doubled.length} doubled, ${reordered.length} reordered, ` +
    `${doubleDeployments.length} double deployments, longest gap ${(gapMs / 1_000).toFixed(1)} s` +
    (failed.length > 0 ? `; failed: ${failed.join(', ')}` : '')
  );
}
