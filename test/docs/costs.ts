import { readProjectFile } from './environment.ts';

/** What the letters of a figure stand for in one test: `{ N: 3 }`. */
export type Values = Record<string, number>;

const readme = readProjectFile('README.md');
const section = readme.slice(
  readme.indexOf('## What it costs upstream'),
  readme.indexOf('### Looks', readme.indexOf('## What it costs upstream')),
);

/** Operation → its figure, as the README's tables have them: `1 + N`. Backticks and what follows a colon are for people. */
export const figures: ReadonlyMap<string, string> = new Map(
  [...section.matchAll(/^\| (?!operation )(.+) \| (\d[^|:,]*).* \|$/gm)].map(
    ([, operation = '', figure = '']) => [operation.replaceAll('`', ''), figure.trim()] as const,
  ),
);

/** How many calls the README says that an operation costs. @throws Error for an operation it does not name */
export const statedCalls = (operation: string, values: Values = {}): number => {
  const figure = figures.get(operation);
  if (figure === undefined) throw new Error(`The README states no calls for "${operation}"`);
  return figure.split(' + ').reduce((sum, term) => sum + numberOf(term, values), 0);
};

const numberOf = (term: string, values: Values): number => {
  const value = /^\d+$/.test(term) ? Number(term) : values[term];
  if (value === undefined) throw new Error(`Nothing is said of "${term}"`);
  return value;
};
