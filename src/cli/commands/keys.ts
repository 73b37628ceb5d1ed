import { setTimeout as pause } from 'node:timers/promises';
import { readEncryptionKeys } from '../../composition/development-keys.ts';
import { openExistingStore } from '../../composition/open-store.ts';
import { createSortableIds } from '../../lib/sortable-ids.ts';
import { StartError } from '../../lib/start-error.ts';
import { createAudit } from '../../services/common/audit.ts';
import { isStoreUnavailable } from '../../store/driver/unavailable.ts';
import { listKeyChecks } from '../../store/identity/key-checks.ts';
import { readSchemaState } from '../../store/migrations/migrate.ts';
import type { Store } from '../../store/store.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { checkKeys } from '../../vault/key-check.ts';
import { type KeyUsage, listKeyUsage } from '../../vault/key-usage.ts';
import { rewrapAll, rewrapTranscripts } from '../../vault/rewrap.ts';
import { createVault, type Vault } from '../../vault/vault.ts';
import type { CommandIo, CommandResult } from '../io.ts';

const KEY_BYTES = 32;

/**
 * The embedded store has one lock for all processes. A gateway waits for it no longer than a quarter of a second, so it is
 * left free for so long after each row; the command itself has more patience.
 */
const PAUSE_MS = 3;
const PATIENCE_MS = 60_000;

/** Transcripts in one round. */
const TRANSCRIPTS = 1_000;

/**
 * Says which wrapping key is needed for how many rows, and which may be dropped.
 * @throws StartError when the store or the keys cannot be used
 */
export function showKeys(io: CommandIo): Promise<CommandResult> {
  return withVault(io, async ({ db }, vault) => describe(await listKeyUsage(db, vault)));
}

/** Makes a new wrapping key, for the environment; nothing is stored. */
export async function newKey({ runtime }: CommandIo): Promise<CommandResult> {
  const { clock, random } = runtime;
  const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  const kid = `k${day}-${random.bytes(3).toString('hex')}`;
  const value = `${kid}:${random.bytes(KEY_BYTES).toString('base64')}`;
  const steps = [
    'A new key. It is a secret: keep it where the others are.',
    '1. Add it behind the keys that ENCRYPTION_KEYS has, and restart every gateway.',
    '2. Move it to the front, and restart every gateway.',
    '3. Run `quantgate keys rotate`, then drop the keys that it names, and restart every gateway.',
  ];
  return { json: { keys: [{ kid, value }] }, text: [value, '', ...steps].join('\n') };
}

/**
 * Wraps every stored secret, transcript and kept answer with the first key, while gateways serve. It can be killed and
 * repeated: what is wrapped already stays.
 * @throws StartError when no gateway has started with the first key, because none could open what is wrapped with it
 */
export function rotateKeys(io: CommandIo): Promise<CommandResult> {
  return withVault(io, async (store, vault) => {
    const { db } = store;
    const known = (await listKeyChecks(db)).map(({ kid }) => kid);
    if (!known.includes(vault.primaryKid)) throw new StartError(unknownKey(vault.primaryKid));
    const writeRow = patiently(io, store);
    await writeRow(() => store.transaction('keys', (tx) => checkKeys(tx, vault, { retires: false })));

    const secrets = await rewrapAll(db, vault, writeRow);
    let { moved } = secrets;
    const unreadable = secrets.unreadable.map(({ credentialId }) => `credential ${credentialId}`);
    for (let hasMore = true; hasMore; ) {
      const round = await rewrapTranscripts(db, vault, TRANSCRIPTS, writeRow);
      moved += round.moved;
      unreadable.push(...round.unreadable.map(({ deploymentId }) => `transcript of ${deploymentId}`));
      // A round in which nothing moved meets only what cannot be opened.
      hasMore = round.hasMore && round.moved > 0;
    }
    if (moved > 0) await recordRotation(io, store, vault.primaryKid, moved);
    const { json, text } = describe(await listKeyUsage(db, vault));
    const lines = [
      `${moved} rows were wrapped with ${vault.primaryKid}.`,
      ...unreadable.map((what) => `Cannot be opened: the ${what}. Delete it, or restore its key.`),
      text,
    ];
    return {
      json: { ...json, moved, unreadable },
      text: lines.join('\n'),
      exitCode: unreadable.length > 0 ? 1 : 0,
    };
  });
}

/**
 * Repeats a write that the lock of another process refuses, and leaves the lock to the others after it. It pauses with a
 * timer of its own, because those of the clock let a process end that has nothing else to do.
 */
function patiently({ runtime: { clock } }: CommandIo, { isShared }: Store) {
  return async <T>(write: () => Promise<T>): Promise<T> => {
    if (isShared) return write();
    for (const endMs = clock.steadyMs() + PATIENCE_MS; ; ) {
      try {
        const result = await write();
        await pause(PAUSE_MS);
        return result;
      } catch (error) {
        if (!isStoreUnavailable(error) || clock.steadyMs() > endMs) throw error;
        await pause(PAUSE_MS);
      }
    }
  };
}

async function recordRotation(
  { runtime }: CommandIo,
  store: Store,
  kid: string,
  moved: number,
): Promise<void> {
  const { clock, random, logger } = runtime;
  const audit = createAudit({ store, ids: createSortableIds({ clock, random }), clock, logger });
  await audit.record({ act: 'KEY_ROTATION', actor: null, subjects: { kid, moved: String(moved) } });
}

async function withVault(
  io: CommandIo,
  work: (store: Store, vault: Vault) => Promise<CommandResult>,
): Promise<CommandResult> {
  const config = io.loadConfig();
  const { runtime } = io;
  const keys = readEncryptionKeys(config);
  // What goes wrong is thrown. A lock that is waited for is no outage that the store should report.
  const silent = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const store = await openExistingStore(config, { ...runtime, logger: silent });
  try {
    const { pending } = await readSchemaState(store.db, { logger: runtime.logger });
    if (pending.length > 0)
      throw new StartError('The store is not up to date: run `quantgate migrate` first');
    return await work(store, createVault({ keys, random: runtime.random }));
  } finally {
    await store.close();
  }
}

function unknownKey(kid: string): string {
  return (
    `No gateway has started with the key ${kid} yet, so none could open what is wrapped with it: ` +
    'restart every gateway with this ENCRYPTION_KEYS first.'
  );
}

function describe(keys: readonly KeyUsage[]): CommandResult {
  const lines = keys.map(({ kid, isConfigured, isFirst, credentials, transcripts, answers }) => {
    const place = isFirst ? 'first' : isConfigured ? 'behind' : 'not configured';
    return `${kid}  ${place}  ${credentials} credentials, ${transcripts} transcripts, ${answers} kept answers`;
  });
  const droppable = keys.filter(({ isConfigured, mayBeDropped }) => isConfigured && mayBeDropped);
  const missing = keys.filter(({ isConfigured, mayBeDropped }) => !isConfigured && !mayBeDropped);
  for (const { kid } of missing) lines.push(`${kid} is needed, and ENCRYPTION_KEYS lacks it: add it back.`);
  lines.push(
    droppable.length === 0
      ? 'No key may be dropped.'
      : `May be dropped, once ${keys[0]?.kid} is the first key of every gateway: ${droppable.map(({ kid }) => kid).join(', ')}`,
  );
  return { json: { keys }, text: lines.join('\n'), exitCode: missing.length > 0 ? 1 : 0 };
}
