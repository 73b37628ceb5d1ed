import { globSync } from 'node:fs';
import { resolve } from 'node:path';

/** The root of the project. */
export const PROJECT = resolve(import.meta.dirname, '../..');

/** Markdown files that match, in the order of their names. @param patterns globs, relative to the project */
export function documentsMatching(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: PROJECT }).sort();
}

/** The README. Its commands start the simulator and the gateway and sign a user up. */
export const README = 'README.md';

/** The pages that go on from there. Each is read, and run, in a shell of its own. */
export const PAGES = documentsMatching('docs/guide/*.md', 'docs/operate/*.md', 'docs/*.md');
