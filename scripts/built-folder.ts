import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of a built folder that says from which sources it was built. */
const STAMP = '.sources';

/** A folder that is built from sources. */
export interface BuiltFolder {
  output: string;
  /** Changes with the sources. */
  hash: string;
  /**
   * Loads what builds the folder.
   * @returns what fills an empty folder; undefined when the packages that build it are not installed
   */
  loadBuilder(): Promise<((folder: string) => Promise<void>) | undefined>;
}

/** A hash of the files of a project that match one of the patterns. */
export async function hashOf(project: string, patterns: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const paths: string[] = [];
  for await (const path of glob(patterns, { cwd: project })) paths.push(path);
  for (const path of paths.sort()) hash.update(`${path}\n`).update(await readFile(join(project, path)));
  return hash.digest('hex');
}

/** The hash of the sources that a folder was built from; undefined when there is none. */
export function builtHash(output: string): Promise<string | undefined> {
  return readFile(join(output, STAMP), 'utf8').catch(() => undefined);
}

/**
 * Builds a folder whose sources have changed, and puts it in the place of the old one at once.
 * @returns false when there is none, and what builds it is not installed
 */
export async function buildFolder({ output, hash, loadBuilder }: BuiltFolder): Promise<boolean> {
  const built = await builtHash(output);
  if (built === hash) {
    // `npm start` comes here only when a source is newer than this file.
    await utimes(join(output, STAMP), new Date(), new Date());
    return true;
  }
  const fill = await loadBuilder();
  if (fill === undefined) return built !== undefined;
  // Two that build at once have folders of their own, and nobody ever sees half a folder.
  const folder = `${output}.${process.pid}`;
  const old = `${folder}.old`;
  try {
    await mkdir(folder, { recursive: true });
    await fill(folder);
    await writeFile(join(folder, STAMP), hash);
    await rename(output, old).catch(() => undefined);
    // When another one was first, it has put the same there.
    await rename(folder, output).catch(() => undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
  return true;
}
