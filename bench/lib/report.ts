/** The tables as text: for the terminal, and for RESULTS.md. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { table } from './figures.ts';
import type { Section } from './results.ts';

function commit(dir: string): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: dir, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** The goals of all parts, each with its figure. */
export function goalsTable(sections: readonly Section[]): string {
  const rows = sections
    .flatMap(({ goals }) => goals)
    .map(({ target, what, measured, goal, isHeld }) => [
      target,
      what,
      measured,
      goal,
      isHeld ? 'yes' : '**no**',
    ]);
  return table(['target', 'what', 'measured: median (least–most)', 'goal', 'held'], rows);
}

export function report(dir: string, command: string, sections: readonly Section[], tookMs: number): string {
  const [cpu] = cpus();
  const facts = [
    [
      'machine',
      `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    ],
    ['versions', `Node ${process.version}; commit ${commit(dir)}; peers as in bench/package-lock.json`],
    ['command', `\`${command}\``],
    ['when', `${new Date().toISOString().slice(0, 16)}Z, in ${Math.round(tookMs / 60_000)} minutes`],
  ];
  const parts = sections.map(({ title, method, tables }) => [`## ${title}`, method, ...tables].join('\n\n'));
  return `${[
    '# Results of the benchmark',
    'Written by `npm run bench`; [README.md](README.md) says how it measures. Not edited by hand.',
    table(['', ''], facts),
    '## Goals',
    goalsTable(sections),
    ...parts,
  ].join('\n\n')}\n`;
}
