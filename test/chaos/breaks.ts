import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A guarantee that is removed from a copy of the gateway, to prove that the run detects it. */
export type Break = keyof typeof BREAKS;

interface Patch {
  file: string;
  /** Must be in the file exactly once. */
  find: string;
  replace: string;
}

/** The code of each guarantee, and its replacement without it. */
export const BREAKS = {
  /** A replica that has lost its lease writes all the same. */
  fence: {
    file: 'src/store/coordination/leases.ts',
    find: 'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {',
    replace:
      'export async function isHeld(tx: Db, lease: Lease): Promise<boolean> {\n  if (lease) return true;',
  },
  /** A subscriber that resumes with a cursor gets new events only, not those it missed. */
  cursor: {
    file: 'src/services/agents/feeds.ts',
    find: 'if (start !== undefined) return mapAsync(follow(deps, followed, start), toEventView);',
    replace: `if (start !== undefined) {
        const from = start === 0 ? 0 : (await logBounds(store.db, ownerId)).lastSeq;
        return mapAsync(follow(deps, followed, from), toEventView);
      }`,
  },
  /** Creates and prompts are sent without an intent. */
  intent: {
    file: 'src/services/common/intent-states.ts',
    find: "if (state === 'SETTLED') return record(deps, intent, JSON.parse(acquired.result) as T, steps);",
    replace: `if (state === 'SETTLED') return record(deps, intent, JSON.parse(acquired.result) as T, steps);
  if (intent) {
    await deleteIntent(deps.store.db, intent);
    const sentOutcome = await steps.send();
    await steps.onSuccess?.(sentOutcome);
    return sentOutcome;
  }`,
  },
} as const satisfies Record<string, Patch>;

/**
 * Copies the gateway into a folder and patches the copy.
 * @throws Error if the text to replace is not in the file exactly once: then the patch has to follow the code
 */
export function brokenCopy(root: string, folder: string, what: Break): string {
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
}
