import { readFileSync } from 'node:fs';

/** A file of the project, as text. */
export function readProjectFile(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Every variable `src/config.ts` reads. */
export function configVariables(): string[] {
  return [...readProjectFile('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
}
