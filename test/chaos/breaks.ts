import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A promise of the gateway that is taken out of it, to see that the run would notice. */
export type Break = keyof typeof BREAKS;

interface Patch {
  file: string;
  /** Must be in the file exactly once. */
  find: string;
  replace: string;
}

/** What keeps each promise, and the same without it. */
export const BREAKS = {
  /** Whoever has lost its lease writes all the same. */
  fence: {
    file: 'src/store/coordination/leases.ts',
    find: 'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {',
    replace:
      'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {\n  if (lease) return true;',
  },
  /** Whoever comes back with a cursor is told what comes next, not what it has missed. */
  cursor: {
    file: 'src/services/agents/feeds.ts',
    find: 'if (start !== undefined) return mapAsync(follow(deps, followed, start), toEventView);',
    replace: `if (start !== undefined) {
        const from = start === 0 ? 0 : (await logBounds(store.db, ownerId)).lastSeq;
        return mapAsync(follow(deps, followed, from), toEventView);
      }`,
  },
  /** Creates and prompts are sent without anything being written down before. */
  intent: {
    file: 'src/services/common/idempotency.ts',
    find: 'if (key == null) return sendWithoutKey(deps, request, steps);',
    replace: 'if (key == null || key.length > 0) return sendWithoutKey(deps, request, steps);',
  },
} as const satisfies Record<string, Patch>;

/**
 * Copies the gateway into a folder and breaks the copy.
 * @throws Error when what is to be replaced is not there any more: then the patch has to follow the code
 */
export const brokenCopy = (root: string, folder: string, what: Break): string => {
  const copy = join(folder, `broken-${what}`);
  mkdirSync(copy);
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  for (const file of ['package.json', 'schema.graphql']) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { file, find, replace } = BREAKS[what];
  const path = join(copy, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) {
    throw new Error(`--break ${what}: ${file} holds ${parts.length - 1} times, instead of once: ${find}`);
  }
  writeFileSync(path, parts.join(replace));
  return copy;
};
