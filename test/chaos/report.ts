import { existsSync, readFileSync } from 'node:fs';
import { SHUTDOWN_TIMEOUT_S } from './cluster.ts';
import type { Findings, History } from './history.ts';
import type { NemesisReport } from './nemesis.ts';
import type { Replica } from './replica.ts';

/** The number of cases of each kind that are printed. */
const SHOWN = 20;

/** A busy machine may take a moment more than the replicas' timeout. */
const STOP_LIMIT_MS = (SHUTDOWN_TIMEOUT_S + 1) * 1_000;

/** A replica that uses more has a leak. */
const MEMORY_LIMIT_MB = 600;

/** Problems of the replicas themselves: unclean stops, unexpected exits, uncaught errors, too much memory. */
export function replicaProblems(replicas: readonly Replica[], { terminations }: NemesisReport): string[] {
  return [
    ...replicas.flatMap(({ unexpectedExits }) => unexpectedExits),
    ...terminations.flatMap(({ name, code, tookMs }) =>
      code === 0 && tookMs < STOP_LIMIT_MS
        ? []
        : `${name} ended with ${code} after ${Math.round(tookMs)} ms of SIGTERM`,
    ),
    ...replicas.flatMap((replica) =>
      replica.peakMb() < MEMORY_LIMIT_MB ? [] : `${replica.name} took ${replica.peakMb().toFixed(0)} MB`,
    ),
    ...replicas.flatMap(({ name, logs }) => {
      const text = existsSync(logs.stderr) ? readFileSync(logs.stderr, 'utf8') : '';
      // A start without a database also writes here and exits; Node adds its version to an uncaught error.
      const uncaught = text.split('\n').find((line) => /unhandled|uncaught|^Node\.js v\d/i.test(line));
      return uncaught === undefined ? [] : `${name} wrote: ${uncaught}`;
    }),
  ];
}

/** Prints the first cases of each kind of problem. */
export function printFindings(findings: Findings, problems: readonly string[]): void {
  for (const [kind, cases] of Object.entries({ ...findings, 'other problems': problems })) {
    if (cases.length === 0) continue;
    console.log(`${kind}: ${cases.length}`);
    for (const one of cases.slice(0, SHOWN)) console.log(`  ${one}`);
  }
}

export interface Outcome {
  seed: number;
  minutes: number;
  history: History;
  findings: Findings;
  kills: number;
  gapMs: number;
}

/** The result of a run in one line. */
export function summaryLine({ seed, minutes, history, findings, kills, gapMs }: Outcome): string {
  const { lost, doubled, reordered, doubleDeployments } = findings;
  const events = [...history.logs.values()].reduce((sum, log) => sum + log.length, 0);
  const deliveries = history.readers.reduce((sum, { seen }) => sum + seen.length, 0);
  return (
    `chaos seed=${seed} minutes=${minutes.toFixed(1)}: ${events} events, ${deliveries} deliveries, ${kills} kills, ` +
    `${lost.length} lost, ${doubled.length} doubled, ${reordered.length} reordered, ` +
    `${doubleDeployments.length} double deployments, longest gap ${(gapMs / 1_000).toFixed(1)} s`
  );
}
