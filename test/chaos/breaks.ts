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
  /** Requests whose caller never comes back are not finished. */
  sweep: {
    file: 'src/worker/intent-sweeper.ts',
    find: 'await mapLimit(CONCURRENCY, intents, recoverOne);',
    replace: 'await mapLimit(CONCURRENCY, intents.slice(BATCH), recoverOne);',
  },
  /** Requests of different users for one task of one upstream account do not take turns. */
  account: {
    file: 'src/services/common/idempotency.ts',
    find: 'JSON.stringify([provider, account, ...what])',
    replace: 'JSON.stringify([provider, account, arguments[0].ownerId, ...what])',
  },
  /** Equal requests do not take turns, not even those of one user. */
  turn: {
    file: 'src/services/common/idempotency.ts',
    find: 'JSON.stringify([provider, account, ...what])',
    replace: 'JSON.stringify([provider, account, ...what, performance.now()])',
  },
  /** A request that never arrived is never sent again. */
  answer: {
    file: 'src/services/common/intent-states.ts',
    find: 'return (await readStoreTime(deps, deps.store.db)) - sentAtMs >= resendAfterMs(deps);',
    replace: 'return (await readStoreTime(deps, deps.store.db)) - sentAtMs < 0;',
  },
  /** No guard trips by time. */
  guard: {
    file: 'src/domain/deployment-guard.ts',
    find: 'if (maxDurationSeconds != null && facts.nowMs',
    replace: 'if (maxDurationSeconds === -1 && facts.nowMs',
  },
  /** A lost connection to the database counts as a bug. */
  internal: {
    file: 'src/store/driver/unavailable.ts',
    find: 'return isConnectionLost(error) || BUSY_STATES.test(partsOf(error).code)',
    replace: 'return BUSY_STATES.test(partsOf(error).code)',
  },
  /** One read in fifty fails. */
  availability: {
    file: 'src/http/graphql/resolvers/events.ts',
    find: 'services.feeds.page(viewer, args),',
    replace: `import('../../../store/driver/unavailable.ts').then(({ StoreUnavailable }) => {
        if (Math.random() < 0.02) throw new StoreUnavailable('--break availability');
        return services.feeds.page(viewer, args);
      }),`,
  },
  /** The watches of a lost replica are taken over much too late. */
  gap: {
    file: 'src/worker/poller.ts',
    find: 'const LEASE_MS = 12_000;',
    replace: 'const LEASE_MS = 60_000;',
  },
  /** A replica's memory grows by 20 MB a second. */
  memory: {
    file: 'src/main.ts',
    find: 'await deps.poller.start();',
    replace: `await deps.poller.start();
  const leaked: Buffer[] = [];
  setInterval(() => leaked.push(Buffer.alloc(20_000_000, 1)), 1_000);`,
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
