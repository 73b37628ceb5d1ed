import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { bootAdminApp } from '../../support/admin-app.ts';
import { signUp } from '../../support/auth-app.ts';
import { bootGateway } from '../../support/gateway.ts';
import { startIdentityProvider } from '../../support/identity-provider.ts';

const START_MS = Date.parse('2023-11-14T22:13:20.000Z');

/** A gateway that trusts a provider. */
async function bootTrusting() {
  await using started = new AsyncDisposableStack();
  let nowMs = START_MS;
  const provider = started.use(await startIdentityProvider(() => nowMs));
  const gateway = started.use(await bootAdminApp({ env: { TRUSTED_ISSUERS: provider.issuer } }));
  const stack = started.move();
  return {
    provider,
    gateway,
    async advance(ms: number) {
      nowMs += ms;
      await gateway.clock.advance(ms);
    },
    me: async (token: string) => {
      const answer = await gateway.get('/v1/me', token);
      return answer.statusCode === 200 ? answer.json() : [answer.statusCode, answer.json().code];
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('issuer and subject are a user, made at first sight, whom no e-mail joins to an account', async () => {
  await using booted = await bootTrusting();
  const { provider, gateway, me } = booted;
  const local = await signUp(gateway);
  const first = await me(await provider.sign({ email: local.email, roles: ['admin'] }));
  expect(first).toMatchObject({
    ...{ email: null, name: `ada of ${provider.issuer}`, roles: ['user'], actor: null },
    scopes: ['read', 'write', 'deploy'],
  });
  const { id: localId } = (await gateway.get('/v1/me', local.accessToken)).json();
  expect(first.id).not.toBe(localId);
  const again = await Promise.all([me(await provider.sign()), me(await provider.sign({ iat: 1 }))]);
  expect(again.map(({ id }) => id)).toEqual([first.id, first.id]);
  expect((await me(await provider.sign({ sub: 'bob' }))).id).not.toBe(first.id);
  const listed = (await gateway.call('GET', '/v1/users', gateway.adminToken)).json().users;
  expect(listed).toContainEqual(
    expect.objectContaining({ id: first.id, outside: { issuer: provider.issuer, subject: 'ada' } }),
  );
});

test('scope limits what the token may do, and never gives more', async () => {
  await using booted = await bootTrusting();
  const { provider, gateway, me } = booted;
  expect((await me(await provider.sign({ scope: 'openid read act_as' }))).scopes).toEqual(['read']);
  const reader = await provider.sign({ scope: 'read' });
  expect(
    (await gateway.call('POST', '/v1/service-accounts', reader, { name: 'x', scopes: ['read'] })).statusCode,
  ).toBe(403);
  expect((await gateway.get('/v1/sessions', await provider.sign())).statusCode).toBe(403);
});

test('what is not an access token for this gateway is refused', async () => {
  await using booted = await bootTrusting();
  const { provider, me } = booted;
  const now = START_MS / 1000;
  const tokens: Record<string, string> = {
    'another audience': await provider.sign({ aud: 'another' }),
    'no audience': await provider.sign({ aud: undefined as unknown as string }),
    'no subject': await provider.sign({ sub: undefined as unknown as string }),
    'no end': await provider.sign({ exp: undefined as unknown as number }),
    'an end that has passed': await provider.sign({ exp: now - 60 }),
    'not yet valid': await provider.sign({ nbf: now + 60 }),
    'an issuer with a slash': await provider.sign({ iss: `${provider.issuer}/` }),
    'an ID token': await provider.sign({ nonce: 'n' }, { typ: 'JWT' }),
    'another type': await provider.sign({}, { typ: 'logout+jwt' }),
    'no type': await provider.sign({}, { typ: undefined }),
    'an unknown key': await provider.sign({}, { kid: 'unknown' }),
    'an unsigned one': `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${(await provider.sign()).split('.')[1]}.`,
    'another signature': `${(await provider.sign()).slice(0, -8)}AAAAAAAA`,
  };
  for (const [name, token] of Object.entries(tokens))
    expect([name, await me(token)]).toEqual([name, [401, 'UNAUTHENTICATED']]);
  expect((await me(await provider.sign({}, { typ: 'JWT' }))).roles).toEqual(['user']);
});

test('keys are read once, and again for an unknown key, but not for each', async () => {
  await using booted = await bootTrusting();
  const { provider, me } = booted;
  for (let count = 0; count < 5; count += 1) await me(await provider.sign({ jti: String(count) }));
  expect(provider.keyReads()).toBe(1);
  await provider.rotate();
  for (let count = 0; count < 5; count += 1) await me(await provider.sign({ jti: `new ${count}` }));
  expect(provider.keyReads()).toBeLessThanOrEqual(2);
});

test('a disabled user of a provider is refused, and an administrator makes no administrator of them', async () => {
  await using booted = await bootTrusting();
  const { provider, gateway, me } = booted;
  const token = await provider.sign();
  const { id } = await me(token);
  const change = (body: object) => gateway.call('PATCH', `/v1/users/${id}`, gateway.adminToken, body);
  expect((await change({ roles: ['user', 'admin'] })).json().code).toBe('BAD_USER_INPUT');
  expect((await change({ isDisabled: true })).statusCode).toBe(200);
  expect(await me(token)).toEqual([401, 'UNAUTHENTICATED']);
  expect(await me(await provider.sign({ jti: 'another' }))).toEqual([401, 'UNAUTHENTICATED']);
  await change({ isDisabled: false });
  expect((await me(token)).id).toBe(id);
  const reset = await gateway.call('POST', `/v1/users/${id}/password-reset`, gateway.adminToken);
  expect(reset.json().code).toBe('CONFLICT');
});

test('while the provider cannot be reached its tokens are 503, and others are served', async () => {
  await using booted = await bootTrusting();
  const { provider, gateway, me } = booted;
  const token = await provider.sign();
  await provider[Symbol.asyncDispose]();
  expect(await me(token)).toEqual([503, 'UNAVAILABLE']);
  expect((await gateway.get('/v1/me', gateway.adminToken)).statusCode).toBe(200);
});

test('an OpenID provider issues a token for the audience by resource indicator, and it is taken', async () => {
  // @ts-expect-error It comes without types.
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'oidc-1' }] },
    clients: [
      {
        ...{
          client_id: 'robot',
          client_secret: 'a secret of the robot',
          redirect_uris: [],
          response_types: [],
        },
        ...{ grant_types: ['client_credentials'], id_token_signed_response_alg: 'ES256' },
      },
    ],
    scopes: ['read'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          ...{ scope: 'read', audience: 'quantgate', accessTokenFormat: 'jwt' },
          ...{ jwt: { sign: { alg: 'ES256' } } },
        }),
      },
    },
  });
  server.on('request', provider.callback() as () => void);
  try {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('robot:a+secret+of+the+robot')}` },
      body: new URLSearchParams({
        ...{ grant_type: 'client_credentials', scope: 'read', resource: 'https://quantgate.example.com' },
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    await using gateway = await bootGateway({ polls: false, env: { TRUSTED_ISSUERS: issuer } });
    const me = await fetch(`${gateway.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ name: `robot of ${issuer}`, scopes: ['read'], roles: ['user'] });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
