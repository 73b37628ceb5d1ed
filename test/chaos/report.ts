import { existsSync, readFileSync } from 'node:fs';
import type { Findings, History } from './history.ts';
import type { Harm } from './nemesis.ts';
import type { Replica } from './replica.ts';

/** Cases of each kind that are shown. */
const SHOWN = 5;

/** A stop that takes longer is cut short by most supervisors. */
const STOP_LIMIT_MS = 10_000;

/** A replica that grows beyond this keeps something it should not. */
const MEMORY_LIMIT_MB = 600;

/** What the replicas themselves did wrong: unclean stops, deaths of their own, errors nobody caught, hunger. */
export const replicaTroubles = (replicas: readonly Replica[], { terminations }: Harm): string[] => [
  ...replicas.flatMap(({ surprises }) => surprises),
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
    // A start that finds no database says so there too, and ends; Node itself signs what nobody caught.
    const uncaught = text.split('\n').find((line) => /unhandled|uncaught|^Node\.js v\d/i.test(line));
    return uncaught === undefined ? [] : `${name} wrote: ${uncaught}`;
  }),
];

/** The first cases of everything that is not as it should be. */
export const printFindings = (findings: Findings, troubles: readonly string[]): void => {
  for (const [kind, cases] of Object.entries({ ...findings, 'other troubles': troubles })) {
    if (cases.length === 0) continue;
    console.log(`${kind}: ${cases.length}`);
    for (const one of cases.slice(0, SHOWN)) console.log(`  ${one}`);
  }
};

export interface Outcome {
  seed: number;
  minutes: number;
  history: History;
  findings: Findings;
  kills: number;
  gapMs: number;
}

/** The one line a run comes down to. */
export const theLine = ({ seed, minutes, history, findings, kills, gapMs }: Outcome): string => {
  const { lost, doubled, reordered, doubleDeployments } = findings;
  const events = [...history.logs.values()].reduce((sum, log) => sum + log.length, 0);
  const deliveries = history.readers.reduce((sum, { seen }) => sum + seen.length, 0);
  return (
    `chaos seed=${seed} minutes=${minutes.toFixed(1)}: ${events} events, ${deliveries} deliveries, ${kills} kills, ` +
    `${lost.length} lost, ${doubled.length} doubled, ${reordered.length} reordered, ` +
    `${doubleDeployments.length} double deployments, longest gap ${(gapMs / 1_000).toFixed(1)} s`
  );
};
