import { readProjectFile } from './environment.ts';

/** What the letters of a figure stand for in one test: `{ N: 3 }`. */
export type Values = Record<string, number>;

const page = readProjectFile('docs/upstream-costs.md');
/** The tables of operations; what polling costs is tested elsewhere. */
const operations = page.slice(0, page.indexOf('## Polling'));

/** Operation → its figure, as `docs/upstream-costs.md` has it: `1 + N`. Backticks and text after a colon are left out. */
export const figures: ReadonlyMap<string, string> = new Map(
  [...operations.matchAll(/^\| (?!operation )(.+) \| (\d[^|:,]*).* \|$/gm)].map(
    ([, operation = '', figure = '']) => [operation.replaceAll('`', ''), figure.trim()] as const,
  ),
);

/** How many calls the page says that an operation makes. @throws Error for an operation it does not name */
export function statedCalls(operation: string, values: Values = {}): number {
  const figure = figures.get(operation);
  if (figure === undefined) throw new Error(`docs/upstream-costs.md states no calls for "${operation}"`);
  return figure.split(' + ').reduce((sum, term) => sum + numberOf(term, values), 0);
}

function numberOf(term: string, values: Values): number {
  const value = /^\d+$/.test(term) ? Number(term) : values[term];
  if (value === undefined) throw new Error(`Nothing is said of "${term}"`);
  return value;
}
