import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change of one file, for a mechanism that is broken on purpose. */
export interface FilePatch {
  file: string;
  /** Must be in the file exactly once. */
  find: string;
  replace: string;
}

/**
 * Copies files and folders of the project into a folder, and patches the copy.
 * @param patches each with the name of what it breaks
 * @throws Error if the text to replace is not in the file exactly once: then the patch has to follow the code
 */
export function patchedCopy(
  root: string,
  folder: string,
  names: readonly string[],
  patches: readonly (readonly [what: string, patch: FilePatch])[],
): string {
  const copy = join(folder, 'broken');
  mkdirSync(copy);
  for (const name of names) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [what, { file, find, replace }] of patches) {
    const path = join(copy, file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2) {
      throw new Error(`--break ${what}: ${file} holds ${parts.length - 1} times, instead of once: ${find}`);
    }
    writeFileSync(path, parts.join(replace));
  }
  return copy;
}
