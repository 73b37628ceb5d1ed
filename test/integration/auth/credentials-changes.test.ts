import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import {
  credentialsOf,
  DELETE_CREDENTIAL as DELETE,
  type StoredCredential,
  saveCredential,
  UPDATE_CREDENTIAL as UPDATE,
  VERIFY_CREDENTIAL as VERIFY,
  wrongToken,
} from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';
import { otherAccount } from '../../support/second-user.ts';

test('the first credential is the default until another is chosen or it is deleted', async () => {
  await using gateway = await bootGateway({ polls: false });
  gateway.simulator.control.addAccount(otherAccount);
  const ada = await gateway.signUp();
  const first = await saveCredential(ada);
  const second = await saveCredential(ada, {
    userId: otherAccount.userId,
    apiToken: otherAccount.apiToken,
    organizationId: otherAccount.organizations[0]?.id,
  });
  const third = await saveCredential(ada, { label: 'third' });
  const defaults = async () => (await credentialsOf(ada)).map(({ isDefault }) => isDefault);
  const servedBy = async (): Promise<string | null | undefined> => {
    gateway.simulator.calls.reset();
    await ada.ask('{ agents { id } }');
    return gateway.simulator.calls.all()[0]?.userId;
  };

  expect([await defaults(), await servedBy()]).toEqual([[true, false, false], '12345']);
  await ada.ask(UPDATE, { id: second.id, input: { isDefault: true } });
  expect([await defaults(), await servedBy()]).toEqual([[false, true, false], '98765']);

  expect(await ada.ask(DELETE, { id: second.id })).toEqual({ deleteCredential: second.id });
  expect((await credentialsOf(ada)).map(({ id, isDefault }) => [id, isDefault])).toEqual([
    [first.id, true],
    [third.id, false],
  ]);
  expect(await servedBy()).toBe('12345');
});

test('Mutation.updateCredential keeps absent, clears null, and verifies a new token', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const saved = await saveCredential(ada, { label: 'main' });
  const update = async (changes: Record<string, unknown>) =>
    (await ada.ask<{ credential: StoredCredential }>(UPDATE, { id: saved.id, input: changes })).credential;

  expect(await update({})).toEqual(saved);
  expect(await update({ label: 'renamed' })).toEqual({ ...saved, label: 'renamed' });
  expect(await update({ label: null, organizationId: null })).toEqual({
    ...saved,
    label: null,
    organizationId: null,
  });

  const wrong = await refusalOf(ada, UPDATE, {
    id: saved.id,
    input: { apiToken: wrongToken, label: 'never' },
  });
  expect(wrong.extensions.code).toBe('CREDENTIAL_REJECTED');
  expect((await credentialsOf(ada)).map(({ label, status }) => [label, status])).toEqual([
    [null, 'VERIFIED'],
  ]);
  const cleared = await refusalOf(ada, UPDATE, { id: saved.id, input: { apiToken: null, isDefault: false } });
  expect(cleared.extensions.fields).toMatchObject([{ path: 'input.apiToken' }, { path: 'input.isDefault' }]);
});

test('Mutation.verifyCredential asks again; REJECTED stays until a call succeeds', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const { id } = await saveCredential(ada);
  const statuses = async () => (await credentialsOf(ada)).map(({ status }) => status);

  gateway.simulator.control.addAccount({ ...seededAccount, apiToken: wrongToken });
  expect((await refusalOf(ada, VERIFY, { id })).extensions.code).toBe('CREDENTIAL_REJECTED');
  expect(await statuses()).toEqual(['REJECTED']);

  gateway.simulator.control.addAccount(seededAccount);
  await ada.ask('{ agents { id } }');
  expect(await statuses()).toEqual(['VERIFIED']);
  expect(await ada.ask(VERIFY, { id })).toEqual({ credential: { id, status: 'VERIFIED' } });
});

test.each(['http401', 'hash200'] as const)(
  'a refused call (%s) marks the credential REJECTED, a successful one VERIFIED',
  async (kind) => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    await saveCredential(ada);
    const statuses = async () => (await credentialsOf(ada)).map(({ status }) => status);

    gateway.simulator.faults.add({ kind });
    expect((await refusalOf(ada, '{ agents { id } }')).extensions.code).toBe('CREDENTIAL_REJECTED');
    expect(await statuses()).toEqual(['REJECTED']);

    await ada.ask('{ agents { id } }');
    expect(await statuses()).toEqual(['VERIFIED']);
  },
);

test('Mutation.deleteCredential prevents further calls and ends what was followed', async () => {
  await using gateway = await bootGateway({ simulator: { script: { endless: true } } });
  const ada = await gateway.signUp();
  const { id } = await saveCredential(ada);
  const deploymentId = await ada.deploy(await ada.createTask());
  await using events = ada.subscribe(
    'subscription ($id: ID!) { deploymentEvents(deploymentId: $id) { id } }',
    { id: deploymentId },
  );
  await events.next();

  expect(await ada.ask(DELETE, { id })).toEqual({ deleteCredential: id });

  expect(await events.failure()).toMatchObject([{ extensions: { code: 'CREDENTIAL_MISSING' } }]);
  expect((await refusalOf(ada, '{ agents { id } }')).extensions.code).toBe('CREDENTIAL_MISSING');
  expect(await credentialsOf(ada)).toEqual([]);
});
