import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that GraphiQL and `/docs` share, as text. */
export interface PageFiles {
  /** SVG. */
  logo: string;
  /** The look of the bar that signs in. */
  css: string;
  /** Adds the bar to the page that loads it (session.js). */
  script: string;
}

/** Reads the files of the pages. */
export async function readPageFiles(): Promise<PageFiles> {
  const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8');
  const [logo, css, script] = await Promise.all([read('logo.svg'), read('session.css'), read('session.js')]);
  return { logo, css, script };
}
