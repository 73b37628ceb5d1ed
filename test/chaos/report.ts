import { stoppedSeconds } from './checker.ts';
import type { History } from './history.ts';
import type { Judgments } from './judge.ts';

/** The number of cases of each kind that are printed. */
const SHOWN = 8;

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
  const madeTwice = stoppedSeconds(history).size;
  const deliveries = history.readers.reduce((sum, { seen }) => sum + seen.length, 0);
  return (
    `chaos seed=${seed} minutes=${minutes.toFixed(1)}: ${events} events, ${deliveries} deliveries, ${kills} kills, ` +
    `${lost.length} lost, ${doubled.length} doubled, ${reordered.length} reordered, ` +
    `${doubleDeployments.length} double deployments, longest gap ${(gapMs / 1_000).toFixed(1)} s` +
    (madeTwice > 0 ? `, ${madeTwice} made twice and stopped` : '') +
    (failed.length > 0 ? `; failed: ${failed.join(', ')}` : '')
  );
}
