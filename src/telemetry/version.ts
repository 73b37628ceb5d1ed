import { readFile } from 'node:fs/promises';

/** The version in package.json. A build copies that file beside the code (scripts/copy-assets.ts). */
export async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
