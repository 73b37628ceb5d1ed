import { hasHeld, type KindResult } from './audit.ts';

/** The table, every case that did not hold, and one line that says how it ended. */
export function describeResults(results: readonly KindResult[], withCases = false): string {
  const rows = results.map((result) => ({ result, held: heldOf(result) }));
  const lines = ['| kind | cases | held | what it means |', '|---|---|---|---|'];
  for (const { result, held } of rows) {
    lines.push(`| ${result.kind} | ${result.cases.length} | ${held} | ${result.meaning} |`);
  }
  const cases = sum(results.map((result) => result.cases.length));
  const held = sum(rows.map((row) => row.held));
  lines.push(`| **all** | **${cases}** | **${held}** | |`, '');
  for (const { kind, cases: all, blind } of results) {
    for (const { name, breach } of all) {
      if (breach !== undefined) lines.push(`BREACH  ${kind}: ${name}\n        ${breach}`);
      else if (withCases) lines.push(`held    ${kind}: ${name}`);
    }
    for (const name of blind) lines.push(`BLIND   ${kind}: this control did not fail: ${name}`);
  }
  lines.push(
    results.every(hasHeld)
      ? `All ${cases} cases held, and every kind saw the breach that was planted for it.`
      : `${cases - held} of ${cases} cases did not hold.`,
  );
  return lines.join('\n');
}

function heldOf({ cases }: KindResult): number {
  return cases.filter(({ breach }) => breach === undefined).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
