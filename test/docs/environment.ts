import { readFileSync } from 'node:fs';

/** A file of the project, as text. */
export const readProjectFile = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every variable `src/config.ts` reads. */
export const configVariables = (): string[] =>
  [...readProjectFile('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
