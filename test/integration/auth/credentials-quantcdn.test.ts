import { expect, test } from 'vitest';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import {
  CREDENTIAL_FIELDS,
  credentialsOf,
  SAVE_QUANTCDN,
  saveCredential,
  saveQuantCdn,
  seededQuantCdnInput,
  VERIFY_CREDENTIAL,
  wrongToken,
} from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

test('Mutation.saveQuantCdnCredential makes one call, and Query.viewer hides the token', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const saved = await saveQuantCdn(ada, { label: 'main' });

  expect(saved).toEqual({
    id: expect.any(String),
    provider: 'QUANTCDN',
    label: 'main',
    account: 'acme',
    organizationId: null,
    tokenHint: seededQuantCdnToken.token.slice(-4),
    status: 'VERIFIED',
    isDefault: true,
    createdAt: expect.stringMatching(/Z$/),
  });
  expect(await ada.ask(`{ viewer { credentials { ${CREDENTIAL_FIELDS} } } }`)).toEqual({
    viewer: { credentials: [saved] },
  });
  expect(gateway.simulator.calls.all()).toMatchObject([
    { method: 'GET', path: '/organizations/acme/ai/tasks', query: { limit: '1' }, userId: 'seeded' },
  ]);
});

test.each([
  ['a token nobody has', { apiToken: wrongToken }],
  ["another organisation's", { organisation: 'umbrella' }],
  ['a token without the scope', { apiToken: 'narrow-token-0123456789' }],
])('a credential that the upstream refuses (%s) is not stored', async (_what, more) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  gateway.simulator.quantcdn.addToken({
    token: 'narrow-token-0123456789',
    name: 'narrow',
    organisations: ['acme'],
    scopes: ['cdn:use'],
  });

  const refusal = await refusalOf(ada, SAVE_QUANTCDN, { input: { ...seededQuantCdnInput, ...more } });

  expect(refusal.extensions.code).toBe('CREDENTIAL_REJECTED');
  expect(await credentialsOf(ada)).toEqual([]);
});

test.each(['', ' ', 'a b', 'a/b', '..', '.', 'a%2Fb', 'ä', 'a'.repeat(101)])(
  'an invalid organisation %j is refused by its field, without an upstream call',
  async (organisation) => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();

    const { extensions } = await refusalOf(ada, SAVE_QUANTCDN, { input: { organisation, apiToken: 'a b' } });

    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.organisation' }, { path: 'input.apiToken' }],
    });
    expect(gateway.simulator.calls.count()).toBe(0);
  },
);

test('an organisation may have every character of a short name', async () => {
  await using gateway = await bootGateway({ polls: false });
  const organisation = `A.b_c-9${'x'.repeat(93)}`;
  gateway.simulator.quantcdn.addToken({ token: 'long-0123', name: 'long', organisations: [organisation] });

  const saved = await saveQuantCdn(await gateway.signUp(), { organisation, apiToken: 'long-0123' });

  expect(saved).toMatchObject({ account: organisation, status: 'VERIFIED' });
});

test.each(['status503', 'reset', 'html', 'status429'] as const)(
  'a credential that cannot be verified (%s) is UNVERIFIED until it has worked',
  async (kind) => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    // All attempts of one call, and too few for the breaker.
    gateway.simulator.faults.add({ kind, times: 3 });

    const saved = await saveQuantCdn(ada);
    gateway.simulator.faults.clear();
    await ada.ask(VERIFY_CREDENTIAL, { id: saved.id });

    expect(saved.status).toBe('UNVERIFIED');
    expect(await credentialsOf(ada)).toEqual([{ ...saved, status: 'VERIFIED' }]);
  },
);

test('saving the same organisation and label replaces the token, if it is valid', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const first = await saveQuantCdn(ada);
  const input = { ...seededQuantCdnInput, apiToken: 'replacement-token-beef' };

  expect((await refusalOf(ada, SAVE_QUANTCDN, { input })).extensions.code).toBe('CREDENTIAL_REJECTED');
  expect(await credentialsOf(ada)).toEqual([first]);

  gateway.simulator.quantcdn.addToken({ ...seededQuantCdnToken, token: input.apiToken });
  expect(await saveQuantCdn(ada, input)).toEqual({ ...first, tokenHint: 'beef' });
  expect(await ada.ask(VERIFY_CREDENTIAL, { id: first.id })).toEqual({
    credential: { id: first.id, status: 'VERIFIED' },
  });

  const other = await saveQuantCdn(ada, { ...input, label: 'another' });
  expect((await credentialsOf(ada)).map(({ id }) => id)).toEqual([first.id, other.id]);
});

test('an organisation named like a QuantConnect account is not taken for it', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  gateway.simulator.quantcdn.addToken({ ...seededQuantCdnToken, organisations: ['12345'] });

  const account = await saveCredential(ada, { organizationId: null });
  const organisation = await saveQuantCdn(ada, { organisation: '12345' });

  expect(await credentialsOf(ada)).toEqual([account, organisation]);
});

test('a QuantCDN credential saved several times at once is stored once', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const saved = await Promise.all(Array.from({ length: 5 }, () => saveQuantCdn(ada)));

  expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
  expect(await credentialsOf(ada)).toEqual([saved[0]]);
});
