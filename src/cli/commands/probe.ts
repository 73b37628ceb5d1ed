import { readEncryptionKeys } from '../../composition/development-keys.ts';
import { openExistingStore } from '../../composition/open-store.ts';
import type { Config } from '../../config.ts';
import { StartError } from '../../lib/start-error.ts';
import { probeQuantCdn, probeQuantConnect } from '../../probe/probe.ts';
import type { ProbeOptions } from '../../probe/reads.ts';
import { describeReport, isTrouble, type ProbeReport } from '../../probe/report.ts';
import { readSchemaState } from '../../store/driver/migrate.ts';
import { findStoredCredential, listStoredCredentials } from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { bindingOf } from '../../vault/binding.ts';
import { createVault, type Vault } from '../../vault/vault.ts';
import type { Frame } from '../frame.ts';
import { type CommandIo, type CommandResult, UsageError } from '../io.ts';

/** Adds `probe`. */
export function addProbe({ add, printing }: Frame): void {
  add('probe', 'ask the upstreams which assumptions of docs/upstream hold; only reads, at most 28 calls')
    .option('--credential <id>', 'the stored credential to ask with')
    .action(printing(probeUpstreams));
}

/**
 * Asks the upstreams with stored credentials which assumptions of docs/upstream hold. It only reads, here and there.
 * @throws UsageError when it is not clear which credential is meant
 * @throws StartError when there is no such credential, or the store cannot be used
 */
async function probeUpstreams(
  io: CommandIo,
  { credential }: { credential?: string },
): Promise<CommandResult> {
  const config = io.loadConfig();
  const opened = await openCredentials(config, io, credential);
  const report: ProbeReport = { assumptions: [], new: [] };
  for (const one of opened) {
    const { assumptions, new: findings } = await probe(one, config, io);
    report.assumptions.push(...assumptions);
    report.new.push(...findings);
  }
  return { json: { ...report }, text: describeReport(report), exitCode: isTrouble(report) ? 1 : 0 };
}

interface OpenedCredential {
  row: CredentialRow;
  apiToken: string;
}

function probe(
  { row, apiToken }: OpenedCredential,
  config: Config,
  { runtime }: CommandIo,
): Promise<ProbeReport> {
  const options: ProbeOptions = { ...config.upstream, version: runtime.version, clock: runtime.clock };
  const { account, organizationId, provider } = row;
  return provider === 'QUANTCONNECT'
    ? probeQuantConnect(
        { baseUrl: config.quantConnectBaseUrl, userId: account, apiToken, organizationId },
        options,
      )
    : probeQuantCdn({ baseUrl: config.quantCdnBaseUrl, organisation: account, apiToken }, options);
}

/** The store is closed before the upstreams are asked. */
async function openCredentials(
  config: Config,
  { runtime }: CommandIo,
  id: string | undefined,
): Promise<OpenedCredential[]> {
  const store = await openExistingStore(config, runtime);
  try {
    const { pending } = await readSchemaState(store.db, { logger: runtime.logger });
    if (pending.length > 0)
      throw new StartError('The store is not up to date: run `quantgate migrate` first');
    const rows = id === undefined ? await onlyDefaults(store) : [await named(store, id)];
    const vault = createVault({ keys: readEncryptionKeys(config), random: runtime.random });
    return rows.map((row) => ({ row, apiToken: open(vault, row) }));
  } finally {
    await store.close();
  }
}

function open(vault: Vault, row: CredentialRow): string {
  try {
    return vault.open(bindingOf(row), row.sealed);
  } catch (cause) {
    throw new StartError(
      'The stored secret of the credential cannot be opened: set the ENCRYPTION_KEYS that the gateway has',
      { cause },
    );
  }
}

async function named(store: Store, id: string): Promise<CredentialRow> {
  const row = await findStoredCredential(store.db, id);
  if (row === undefined) throw new StartError(`There is no stored credential ${id}`);
  return row;
}

/** More credentials are not named one by one. */
const MAX_NAMED = 20;

/** The default credential of each upstream, where one user has all that are stored. */
async function onlyDefaults(store: Store): Promise<CredentialRow[]> {
  const rows = await listStoredCredentials(store.db, MAX_NAMED);
  const [first] = rows;
  if (first === undefined) throw new StartError('No credential is stored: store one first');
  if (rows.some(({ ownerId }) => ownerId !== first.ownerId)) {
    const names = rows.map(
      ({ id, provider, email }) => `  --credential ${id}  ${provider}  ${email ?? 'a service account'}`,
    );
    throw new UsageError(['Several users have stored credentials. Name one:', ...names].join('\n'));
  }
  return [...Map.groupBy(rows, ({ provider }) => provider).values()].flatMap(([row]) => row ?? []);
}
