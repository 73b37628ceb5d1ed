import { expect, test } from 'vitest';
import { seededAccount, seededOrganization } from '../../../simulator/index.ts';
import {
  CREDENTIAL_FIELDS,
  credentialsOf,
  SAVE_CREDENTIAL,
  saveCredential,
  seededInput,
  wrongToken,
} from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

test('Mutation.saveQuantConnectCredential verifies, and Query.viewer hides the token', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const saved = await saveCredential(ada, { label: 'main' });

  expect(saved).toEqual({
    id: expect.any(String),
    provider: 'QUANTCONNECT',
    label: 'main',
    account: '12345',
    organizationId: seededOrganization.id,
    tokenHint: '6789',
    status: 'VERIFIED',
    isDefault: true,
    createdAt: expect.stringMatching(/Z$/),
  });
  expect(await ada.ask(`{ viewer { id email roles credentials { ${CREDENTIAL_FIELDS} } } }`)).toEqual({
    viewer: { id: expect.any(String), email: 'ada@example.com', roles: ['user'], credentials: [saved] },
  });
  expect(gateway.simulator.calls.counts().byPath).toEqual({ '/authenticate': 1 });
});

test.each(['http401', 'hash200', 'http500'] as const)(
  'a refused credential (%s) is not stored',
  async (authFailure) => {
    await using gateway = await bootGateway({ polls: false, simulator: { behavior: { authFailure } } });
    const ada = await gateway.signUp();

    const { extensions } = await refusalOf(ada, SAVE_CREDENTIAL, {
      input: { ...seededInput, apiToken: wrongToken },
    });

    expect(extensions.code).toBe('CREDENTIAL_REJECTED');
    expect(await credentialsOf(ada)).toEqual([]);
  },
);

test('a credential that cannot be verified is UNVERIFIED until its first use', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  gateway.simulator.faults.add({ kind: 'status503', match: { path: '/authenticate' }, times: 3 });

  const saved = await saveCredential(ada);
  await ada.ask('{ agents { id } }');

  expect(saved.status).toBe('UNVERIFIED');
  expect(await credentialsOf(ada)).toEqual([{ ...saved, status: 'VERIFIED' }]);
});

test('the hint of a token is its last four characters, and none of them is cut in two', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  gateway.simulator.faults.add({ kind: 'status503', match: { path: '/authenticate' }, times: 3 });
  expect(await saveCredential(ada, { apiToken: 'token-💡💡💡' })).toMatchObject({ tokenHint: '-💡💡💡' });
});

test('saving the same account and label again replaces the token, if it is valid', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const first = await saveCredential(ada);
  const replacement = `${'f'.repeat(60)}beef`;

  expect(
    (await refusalOf(ada, SAVE_CREDENTIAL, { input: { ...seededInput, apiToken: replacement } })).extensions
      .code,
  ).toBe('CREDENTIAL_REJECTED');
  expect(await credentialsOf(ada)).toEqual([first]);
  await ada.ask('{ agents { id } }');

  gateway.simulator.control.addAccount({ ...seededAccount, apiToken: replacement });
  expect(await saveCredential(ada, { apiToken: replacement })).toEqual({ ...first, tokenHint: 'beef' });
  expect(await ada.ask('{ agents { id } }')).toEqual({ agents: [] });
});

test('a credential saved several times at once is stored once', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const saved = await Promise.all(Array.from({ length: 5 }, () => saveCredential(ada)));

  expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
  expect(await credentialsOf(ada)).toEqual([saved[0]]);
});
