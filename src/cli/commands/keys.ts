import { readEncryptionKeys } from '../../composition/development-keys.ts';
import { openExistingStore } from '../../composition/open-store.ts';
import { createSortableIds } from '../../lib/sortable-ids.ts';
import { StartError } from '../../lib/start-error.ts';
import { createAudit } from '../../services/common/audit.ts';
import { readSchemaState } from '../../store/driver/migrate.ts';
import { listKeyChecks } from '../../store/identity/key-checks.ts';
import type { Store } from '../../store/store.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { checkKeys } from '../../vault/key-check.ts';
import { type KeyUsage, listKeyUsage } from '../../vault/key-usage.ts';
import { rewrapAll, rewrapTranscripts } from '../../vault/rewrap.ts';
import { createVault, type Vault } from '../../vault/vault.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';
import { patiently } from '../patience.ts';

const KEY_BYTES = 32;

/** Transcripts in one round. */
const TRANSCRIPTS = 1_000;

/** Adds `keys status`, `keys new` and `keys rotate`. */
export function addKeys({ add, family, printing }: Frame): void {
  const keys = family('keys', 'the keys that wrap stored secrets');
  add('status', 'which keys are needed for how many rows, and which may be dropped', keys).action(
    printing(showKeys),
  );
  add('new', 'make a new key, to be put into ENCRYPTION_KEYS', keys).action(printing(newKey));
  add('rotate', 'wrap everything with the first key, while gateways serve', keys).action(
    printing(rotateKeys),
  );
}

/**
 * Says which wrapping key is needed for how many rows, and which may be dropped.
 * @throws StartError when the store or the keys cannot be used
 */
function showKeys(io: CommandIo): Promise<CommandResult> {
  return withVault(io, async ({ db }, vault) => describe(await listKeyUsage(db, vault)));
}

/** Makes a new wrapping key, for the environment; nothing is stored. */
async function newKey({ runtime }: CommandIo): Promise<CommandResult> {
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
function rotateKeys(io: CommandIo): Promise<CommandResult> {
  return withVault(io, async (store, vault) => {
    const { db } = store;
    const known = (await listKeyChecks(db)).map(({ kid }) => kid);
    if (!known.includes(vault.primaryKid)) throw new StartError(unknownKey(vault.primaryKid));
    const writeRow = patiently(io, store);
    await writeRow(() => store.transaction('keys', (tx) => checkKeys(tx, vault, { retires: false })));

    const secrets = await rewrapAll(db, vault, writeRow);
    let { moved } = secrets;
    const unreadable = [
      ...secrets.unreadable.map(({ credentialId }) => `credential ${credentialId}`),
      ...secrets.unreadableWebhooks.map(({ webhookId }) => `secret of the webhook ${webhookId}`),
    ];
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
  const lines = keys.map((key) => {
    const { kid, isConfigured, isFirst, credentials, transcripts, webhookSecrets, answers } = key;
    const place = isFirst ? 'first' : isConfigured ? 'behind' : 'not configured';
    const rows = `${credentials} credentials, ${transcripts} transcripts, ${webhookSecrets} webhook secrets`;
    return `${kid}  ${place}  ${rows}, ${answers} kept answers`;
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
