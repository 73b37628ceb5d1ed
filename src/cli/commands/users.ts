import { StartError } from '../../lib/start-error.ts';
import type { PasswordReset, UserView } from '../../services/users/views.ts';
import { COMMAND_LINE, ROLES, type Role } from '../../viewer.ts';
import type { CommonOptions, Frame } from '../frame.ts';
import { type CommandIo, type CommandResult, UsageError } from '../io.ts';
import type { OperatorServices } from '../operator-services.ts';
import { createQuestions } from '../questions.ts';
import { readAll, withUsers } from '../with-users.ts';

const WHO = '<email-or-id>';

/** Adds `users list`, `create`, `disable`, `enable`, `delete`, `grant`, `revoke`, `reset-password` and `sessions`. */
export function addUsers({ add, family, printing }: Frame): void {
  const users = family('users', 'the people who use the gateway');
  add('list', 'all users, oldest first', users).action(printing(listUsers));
  add('create', 'add a user, who sets a password with the token that is printed', users)
    .argument('<email>')
    .option('--roles <roles>', 'comma separated: user, admin', 'user')
    .action(printing(createUser));
  add('disable', 'end the sessions of a user, and let nothing begin', users)
    .argument(WHO)
    .action(printing((io: CommandIo, who: string) => change(io, who, { isDisabled: true }, 'is disabled')));
  add('enable', 'let a disabled user sign in again', users)
    .argument(WHO)
    .action(printing((io: CommandIo, who: string) => change(io, who, { isDisabled: false }, 'is enabled')));
  add('delete', 'erase a user with everything that the user owns', users)
    .argument(WHO)
    .action(printing(deleteUser));
  add('grant', 'give a user a role', users).argument(WHO).argument('<role>').action(printing(grant));
  add('revoke', 'take a role from a user', users).argument(WHO).argument('<role>').action(printing(revoke));
  add('reset-password', 'make a token with which the user sets a password', users)
    .argument(WHO)
    .action(printing(resetPassword));
  add('sessions', 'the live sessions of a user, newest first', users)
    .argument(WHO)
    .option('--end', 'end them all')
    .action(printing(showSessions));
}

function listUsers(io: CommandIo): Promise<CommandResult> {
  return withUsers(io, async ({ users }) => {
    const all = await readAll((request) => users.page(COMMAND_LINE, request));
    const lines = all.map((user) => `${user.id}  ${nameOf(user)}  ${user.roles.join(',')}${mark(user)}`);
    return { json: { users: all }, text: lines.join('\n') || 'There is no user.' };
  });
}

function createUser(io: CommandIo, email: string, { roles }: { roles: string }): Promise<CommandResult> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) throw new UsageError(`${email} is no e-mail address`);
  const named = roles.split(',').map((role) => readRole(role.trim()));
  return withUsers(io, async ({ users }) => {
    const made = await users.create(COMMAND_LINE, { email, roles: named });
    const { resetToken = '', expiresAt = '' } = made;
    return {
      json: { ...made },
      text: [
        `${made.user.email} was added as ${made.user.id}.`,
        ...howToReset({ resetToken, expiresAt }),
      ].join('\n'),
    };
  });
}

function change(
  io: CommandIo,
  who: string,
  changes: { isDisabled: boolean },
  outcome: string,
): Promise<CommandResult> {
  return withUsers(io, async (services) => {
    const { id } = await find(services, who);
    const user = await services.users.change(COMMAND_LINE, id, changes);
    return { json: { user }, text: `${nameOf(user)} ${outcome}. A running gateway knows within 5 s.` };
  });
}

function grant(io: CommandIo, who: string, role: string): Promise<CommandResult> {
  return changeRoles(io, who, (roles) => [...roles, readRole(role)]);
}

function revoke(io: CommandIo, who: string, role: string): Promise<CommandResult> {
  return changeRoles(io, who, (roles) => roles.filter((one) => one !== readRole(role)));
}

function changeRoles(
  io: CommandIo,
  who: string,
  rolesOf: (roles: readonly Role[]) => Role[],
): Promise<CommandResult> {
  // A role that does not exist is a wrong use, before the store is opened.
  rolesOf([]);
  return withUsers(io, async (services) => {
    const { id, roles } = await find(services, who);
    const user = await services.users.change(COMMAND_LINE, id, { roles: rolesOf(roles) });
    return { json: { user }, text: `${nameOf(user)} has the roles ${user.roles.join(', ')}.` };
  });
}

async function deleteUser(io: CommandIo, who: string, options: CommonOptions): Promise<CommandResult> {
  return withUsers(io, async (services) => {
    const user = await find(services, who);
    const question = `Erase ${nameOf(user)} with everything that the user owns? This cannot be undone.`;
    if (!(await createQuestions(io, options).confirm(question, false)))
      return { json: { user }, text: 'Nothing was changed.', exitCode: 1 };
    await services.erasure.erase(COMMAND_LINE, user.id);
    return { json: { user }, text: `${nameOf(user)} was erased.` };
  });
}

function resetPassword(io: CommandIo, who: string): Promise<CommandResult> {
  return withUsers(io, async (services) => {
    const user = await find(services, who);
    const reset = await services.users.resetPassword(COMMAND_LINE, user.id);
    return { json: { user, ...reset }, text: howToReset(reset).join('\n') };
  });
}

function showSessions(io: CommandIo, who: string, { end }: { end?: boolean }): Promise<CommandResult> {
  return withUsers(io, async (services) => {
    const user = await find(services, who);
    const rows = await services.listSessions(user.id);
    if (end) await services.users.endSessions(COMMAND_LINE, user.id);
    const sessions = rows.map((row) => ({
      id: row.id,
      createdAt: new Date(row.createdAt).toISOString(),
      lastUsedAt: new Date(row.rotatedAt ?? row.createdAt).toISOString(),
      expiresAt: new Date(row.expiresAt).toISOString(),
      userAgent: row.userAgent,
    }));
    const lines = sessions.map(({ id, lastUsedAt, userAgent }) => `${id}  ${lastUsedAt}  ${userAgent ?? ''}`);
    const head = end ? `${sessions.length} sessions of ${nameOf(user)} were ended.` : '';
    const text = [head, ...lines].filter(Boolean).join('\n');
    return { json: { sessions }, text: text || `${nameOf(user)} has no session.` };
  });
}

/** @param who an id, or an e-mail in any spelling */
async function find({ users }: Pick<OperatorServices, 'users'>, who: string): Promise<UserView> {
  if (!who.includes('@')) return users.get(COMMAND_LINE, who);
  const { nodes } = await users.page(COMMAND_LINE, { email: who });
  if (nodes[0] === undefined) throw new StartError(`There is no user ${who}`);
  return nodes[0];
}

function readRole(role: string): Role {
  const known = ROLES.find((one) => one === role);
  if (known === undefined) throw new UsageError(`There is no role ${role}: name ${ROLES.join(' or ')}`);
  return known;
}

function nameOf({ email, outside, id }: UserView): string {
  return email ?? (outside ? `${outside.subject} of ${outside.issuer}` : id);
}

function mark({ isDisabled }: UserView): string {
  return isDisabled ? '  disabled' : '';
}

function howToReset({ resetToken, expiresAt }: PasswordReset): string[] {
  return [
    `Token to set a password, once and until ${expiresAt}: ${resetToken}`,
    'It goes into the sign-in of the console, or into POST /v1/auth/password-reset {resetToken, newPassword}.',
  ];
}
