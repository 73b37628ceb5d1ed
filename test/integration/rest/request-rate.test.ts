import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { bodyOf, sendRaw } from '../../support/raw-socket.ts';
import { openAcknowledged, refusalOf } from '../../support/socket-probe.ts';

const RATE = '5/1h';

function boot(env: Record<string, string> = {}) {
  return bootGateway({ env: { REQUEST_RATE: RATE, ...env }, polls: false });
}

function asUser(url: string, token: string, path = '/v1/me', init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
}

test('an address without a token has its quota, and then gets 429 with retryAfter, whatever it asks for', async () => {
  await using gateway = await boot();
  const paths = ['/healthz', '/nowhere', '/v1/me', '/openapi.json', '/.well-known/jwks.json'];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await fetch(`${gateway.url}${path}`)).status);
  expect(statuses).toEqual([200, 404, 401, 200, 200]);
  for (const path of [...paths, '/graphql']) {
    const answer = await fetch(`${gateway.url}${path}`);
    expect([path, answer.status, Number(answer.headers.get('retry-after')) > 3_500]).toEqual([
      path,
      429,
      true,
    ]);
  }
  expect(await refusalOf(gateway.url, {})).toBe('refused with 429');
});

test('the requests of a user count over HTTP, event streams and sockets together, whatever the address', async () => {
  await using gateway = await boot({ REQUEST_RATE: '8/1h' });
  const ada = await gateway.signUp();
  const bob = await gateway.signUp('bob@example.com');
  const { accessToken } = ada.tokens;
  const query = JSON.stringify({ query: '{ viewer { id } }' });
  const statuses: number[] = [];
  statuses.push((await asUser(gateway.url, accessToken)).status);
  statuses.push((await asUser(gateway.url, accessToken, '/graphql', { method: 'POST', body: query })).status);
  const stream = { method: 'POST', body: query };
  statuses.push((await asUser(gateway.url, accessToken, '/graphql/stream', stream)).status);
  expect(statuses).toEqual([200, 200, 200]);
  await using probe = await openAcknowledged(gateway.url, accessToken, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const codes: (string | undefined)[] = [];
  for (let n = 0; n < 6; n += 1) {
    probe.subscribe(`q${n}`, '{ viewer { id } }');
    const message = await probe.messages.next();
    codes.push(message.type === 'error' ? message.payload?.[0]?.extensions.code : undefined);
    if (message.type === 'next') await probe.messages.next();
    else expect(message.payload?.[0]?.extensions).toMatchObject({ retryAfter: expect.any(Number) });
  }
  expect(codes).toEqual([undefined, undefined, undefined, undefined, 'RATE_LIMITED', 'RATE_LIMITED']);
  const over = await asUser(gateway.url, accessToken, '/graphql', { method: 'POST', body: query });
  expect(over.status).toBe(429);
  expect((await over.json()).errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED' });
  expect((await asUser(gateway.url, bob.tokens.accessToken)).status).toBe(200);
});

test('a token that is refused counts against its address, and a good one never does', async () => {
  await using gateway = await boot();
  const ada = await gateway.signUp();
  for (let n = 0; n < 3; n += 1) expect((await asUser(gateway.url, 'wrong')).status).toBe(401);
  expect((await asUser(gateway.url, 'wrong')).status).toBe(429);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(429);
  // A token where none is looked at does not help.
  for (const path of ['/healthz', '/nowhere', '/v1/agents/'])
    expect([path, (await asUser(gateway.url, 'wrong', path)).status]).toEqual([path, 429]);
  expect((await asUser(gateway.url, ada.tokens.accessToken)).status).toBe(200);
});

test('authenticated answers say what is left, others do not', async () => {
  await using gateway = await boot();
  const ada = await gateway.signUp();
  const headersOf = ({ headers }: Response) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];
  const policy = '"requests";q=5;w=3600';
  expect(headersOf(await asUser(gateway.url, ada.tokens.accessToken))).toEqual([
    policy,
    expect.stringMatching(/^"requests";r=4;t=3(600|59\d)$/),
  ]);
  expect(headersOf(await asUser(gateway.url, ada.tokens.accessToken, '/v1/nowhere'))[0]).toBeNull();
  expect(headersOf(await fetch(`${gateway.url}/healthz`))).toEqual([null, null]);
});

test('with REQUEST_RATE=off nothing is counted or said', async () => {
  await using gateway = await boot({ REQUEST_RATE: 'off' });
  const ada = await gateway.signUp();
  const answers = await Promise.all(
    Array.from({ length: 150 }, () => asUser(gateway.url, ada.tokens.accessToken)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers[0]?.headers.get('ratelimit')).toBeNull();
});

test('a body that is refused counts against its address, and beyond the quota none is read', async () => {
  await using gateway = await boot({ REQUEST_RATE: '8/1h' });
  const port = Number(new URL(gateway.url).port);
  const json = { 'content-type': 'application/json' };
  const send = async (body: string, headers: Record<string, string> = json, path = '/v1/auth/login') =>
    (await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body })).status;
  const keys = JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k${n}`, 1])));
  const statuses = [
    await send('x'.repeat(20_000)),
    await send('email=a', { 'content-type': 'text/plain' }),
    await send('{}', { ...json, 'content-encoding': 'gzip' }),
    await send('{"email":'),
    await send('{"__proto__":{}}'),
    await send(keys),
    await send(keys, json, '/v1/auth/token'),
    await send('{"query":', json, '/graphql'),
  ];
  expect(statuses).toEqual([413, 415, 415, 400, 400, 400, 400, 401]);

  expect(await send('{}')).toBe(429);
  // The rest of the body never comes: the answer does not wait for it.
  const head =
    'host: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{';
  const unread = await sendRaw(port, `POST /v1/auth/login HTTP/1.1\r\n${head}`);
  expect(unread.text).toMatch(/^HTTP\/1\.1 429 /);
  expect(bodyOf(unread)).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
});
