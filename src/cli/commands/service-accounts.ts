import { StartError } from '../../lib/start-error.ts';
import type { ServiceAccountView } from '../../services/identity/service-accounts.ts';
import { COMMAND_LINE, SCOPES, type Scope } from '../../viewer.ts';
import type { CommonOptions, Frame } from '../frame.ts';
import { type CommandIo, type CommandResult, UsageError } from '../io.ts';
import type { OperatorServices } from '../operator-services.ts';
import { createQuestions } from '../questions.ts';
import { readAll, withUsers } from '../with-users.ts';

const WHICH = '<name-or-id>';

/** Adds `service-accounts list`, `create`, `delete` and `rotate`. */
export function addServiceAccounts({ add, family, printing }: Frame): void {
  const accounts = family('service-accounts', 'the programs that use the gateway');
  add('list', 'all service accounts, oldest first', accounts).action(printing(listAccounts));
  add('create', 'add a service account; its secret is printed once', accounts)
    .argument('<name>')
    .requiredOption('--scopes <scopes>', `comma separated: ${SCOPES.join(', ')}`)
    .option('--expires <date>', 'when the secret expires (RFC 3339)')
    .action(printing(createAccount));
  add('delete', 'delete a service account with everything that it owns', accounts)
    .argument(WHICH)
    .action(printing(deleteAccount));
  add('rotate', 'make a new secret; the one before stays valid unless --now is given', accounts)
    .argument(WHICH)
    .option('--now', 'delete all other secrets, and end their tokens')
    .option('--expires <date>', 'when the new secret expires (RFC 3339)')
    .action(printing(rotateSecret));
}

function listAccounts(io: CommandIo): Promise<CommandResult> {
  return withUsers(io, async ({ serviceAccounts }) => {
    const all = await readAll((request) => serviceAccounts.page(COMMAND_LINE, request));
    const lines = all.map(({ id, name, scopes, secrets }) => {
      const used = secrets.map(({ lastUsedAt }) => lastUsedAt ?? 'never').join(', ');
      return `${id}  ${name}  ${scopes.join(',')}  last used: ${used || 'it has no secret'}`;
    });
    return { json: { serviceAccounts: all }, text: lines.join('\n') || 'There is no service account.' };
  });
}

function createAccount(
  io: CommandIo,
  name: string,
  { scopes, expires }: { scopes: string; expires?: string },
): Promise<CommandResult> {
  const named = scopes.split(',').map((scope) => readScope(scope.trim()));
  const expiresAt = readDate(expires);
  return withUsers(io, async ({ serviceAccounts }) => {
    const { secret, ...account } = await serviceAccounts.create(COMMAND_LINE, {
      ...{ name, scopes: named, expiresAt },
    });
    return withSecret(account, secret, `${account.name} was added.`);
  });
}

async function deleteAccount(io: CommandIo, which: string, options: CommonOptions): Promise<CommandResult> {
  return withUsers(io, async (services) => {
    const account = await find(services, which);
    const json = { serviceAccounts: [account] };
    const question = `Delete ${account.name} with everything that it owns? This cannot be undone.`;
    if (!(await createQuestions(io, options).confirm(question, false)))
      return { json, text: 'Nothing was changed.', exitCode: 1 };
    await services.serviceAccounts.remove(COMMAND_LINE, account.id);
    return { json, text: `${account.name} was deleted. A running gateway knows within 5 s.` };
  });
}

function rotateSecret(
  io: CommandIo,
  which: string,
  { now, expires }: { now?: boolean; expires?: string },
): Promise<CommandResult> {
  const expiresAt = readDate(expires);
  return withUsers(io, async (services) => {
    const { serviceAccounts } = services;
    const { id, secrets } = await find(services, which);
    // An account has two secrets at most: the newest stays while programs change to the one that is made now.
    for (const old of now ? secrets : secrets.slice(0, -1))
      await serviceAccounts.removeSecret(COMMAND_LINE, id, old.id);
    const { secret } = await serviceAccounts.addSecret(COMMAND_LINE, id, { expiresAt });
    const account = await serviceAccounts.get(COMMAND_LINE, id);
    return withSecret(account, secret, `${account.name} has a new secret.`);
  });
}

/** The result of a command that has made a secret: it is shown only now. */
function withSecret(account: ServiceAccountView, secret: string, line: string): CommandResult {
  return {
    json: { serviceAccounts: [{ ...account, secret }] },
    text: [line, `client_id: ${account.id}`, `client_secret: ${secret}`].join('\n'),
  };
}

/** @throws UsageError for a name that several accounts have */
async function find(
  { serviceAccounts }: Pick<OperatorServices, 'serviceAccounts'>,
  which: string,
): Promise<ServiceAccountView> {
  const all = await readAll((request) => serviceAccounts.page(COMMAND_LINE, request));
  const found = all.filter(({ id, name }) => id === which || name === which);
  if (found.length > 1)
    throw new UsageError(
      `Several service accounts are called ${which}: ${found.map(({ id }) => id).join(', ')}`,
    );
  if (found[0] === undefined) throw new StartError(`There is no service account ${which}`);
  return found[0];
}

function readScope(scope: string): Scope {
  const known = SCOPES.find((one) => one === scope);
  if (known === undefined)
    throw new UsageError(`There is no scope ${scope}: name some of ${SCOPES.join(', ')}`);
  return known;
}

function readDate(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  if (Number.isNaN(Date.parse(date))) throw new UsageError(`${date} is no date like 2027-01-31T12:00:00Z`);
  return new Date(date).toISOString();
}
