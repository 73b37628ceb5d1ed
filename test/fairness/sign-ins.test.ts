import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../support/gateway.ts';
import { inLoops, measureNeighbor } from '../support/neighbor.ts';

const PASSWORD = 'correct horse battery staple';
/** Where the neighbor signs in from, and has before. */
const HOME = '198.51.100.7';
const ELSEWHERE = '192.0.2.1';
const ADMIN = { email: 'root@example.com', password: 'a long enough passphrase' };

interface Answer {
  status: number;
  body: Record<string, string>;
}

/** Clients that reach the gateway through a proxy, each from an address of its own. */
async function bootBehindProxy(loginRate: string): Promise<Gateway> {
  return bootGateway({
    polls: false,
    env: {
      LOGIN_RATE: loginRate,
      TRUST_PROXY: '127.0.0.1',
      LOG_LEVEL: 'error',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
    },
  });
}

/** A request from an address. */
async function send(
  { url }: Gateway,
  path: string,
  body: unknown,
  { address, token }: { address: string; token?: string | undefined },
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token && { authorization: `Bearer ${token}` }),
    },
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

const emailOf = (name: string): string => `${name}@example.com`;

async function register(gateway: Gateway, name: string, address: string): Promise<void> {
  const body = { email: emailOf(name), password: PASSWORD };
  expect((await send(gateway, '/v1/auth/register', body, { address })).status).toBe(201);
}

function signIn(gateway: Gateway, name: string, address: string, password = PASSWORD): Promise<Answer> {
  return send(gateway, '/v1/auth/login', { email: emailOf(name), password }, { address });
}

test('a neighbor signs in beside 40 loops of right sign-ins of one account from another network', {
  timeout: 120_000,
}, async () => {
  await using gateway = await bootBehindProxy('100/1m');
  const crowd = '203.0.113.1';
  await register(gateway, 'eve', crowd);
  await register(gateway, 'carol', crowd);
  await register(gateway, 'bob', HOME);
  const measure = async (name: string, address: string) => {
    let refused = 0;
    const figures = await measureNeighbor({
      rounds: 1,
      requests: 8,
      async act() {
        if ((await signIn(gateway, name, address)).status !== 200) refused += 1;
      },
      disturb: () =>
        inLoops(40, async () => {
          await signIn(gateway, 'eve', crowd);
          await sleep(100);
        }),
    });
    return { ...figures, refused };
  };
  const apart = await measure('bob', HOME);
  const together = await measure('carol', crowd);
  console.info('right sign-ins of one account', JSON.stringify({ apart, together }));
  expect(apart.refused).toBe(0);
  expect(apart.medianRatio).toBeLessThan(15);
  // The control: in the line of the loops' own network, there is no place.
  expect(together.refused).toBeGreaterThan(0);
});

let strict: Gateway;
beforeAll(async () => {
  strict = await bootBehindProxy('5/1m');
});
afterAll(() => strict[Symbol.asyncDispose]());

/** Strangers from twelve networks use up what an account has from everywhere, and go on. */
async function guessFromEverywhere(name: string): Promise<AsyncDisposable> {
  let tries = 0;
  const guess = () => {
    tries += 1;
    return signIn(strict, name, `203.0.113.${tries % 12}`, 'a wrong guess');
  };
  while ((await signIn(strict, name, ELSEWHERE)).status !== 429) await Promise.all([guess(), guess()]);
  return inLoops(4, guess);
}

test('wrong tries from everywhere keep a neighbor neither from signing in nor from a new password', {
  timeout: 120_000,
}, async () => {
  await register(strict, 'bob', HOME);
  let password = PASSWORD;
  let refused = 0;
  const signInAndChange = async (): Promise<void> => {
    const { status, body } = await signIn(strict, 'bob', HOME, password);
    const newPassword = password === PASSWORD ? `${PASSWORD} again` : PASSWORD;
    const change = { currentPassword: password, newPassword };
    const client = { address: HOME, token: body.accessToken };
    const changed = await send(strict, '/v1/me/password', change, client);
    if (status === 200 && changed.status === 204) password = newPassword;
    else refused += 1;
  };
  const figures = await measureNeighbor({
    rounds: 1,
    requests: 6,
    act: signInAndChange,
    disturb: () => guessFromEverywhere('bob'),
  });
  console.info('wrong tries from everywhere', JSON.stringify({ ...figures, refused }));
  expect(refused).toBe(0);
  expect(figures.medianRatio).toBeLessThan(15);
  // The control: from where the account was not used, its right password is refused.
  expect((await signIn(strict, 'bob', ELSEWHERE, password)).status).toBe(429);
});

test('wrong secrets for the id of a service keep it from no token', { timeout: 120_000 }, async () => {
  const client = { address: '198.51.100.9' };
  const { body: admin } = await send(strict, '/v1/auth/login', ADMIN, client);
  const { body: service } = await send(
    strict,
    '/v1/service-accounts',
    { name: 'nightly', scopes: ['read'] },
    { ...client, token: admin.accessToken },
  );
  const askToken = (address: string, client_secret = service.secret) =>
    send(
      strict,
      '/v1/auth/token',
      { grant_type: 'client_credentials', client_id: service.id, client_secret },
      { address },
    );
  const strangers = ['203.0.113.101', '203.0.113.102'];
  let guesses = 0;
  const guess = () => {
    guesses += 1;
    return askToken(strangers[guesses % strangers.length] ?? '', 'qgs_wrong');
  };
  let refused = 0;
  const figures = await measureNeighbor({
    rounds: 1,
    requests: 15,
    async act() {
      if ((await askToken('198.51.100.8')).status !== 200) refused += 1;
    },
    async disturb() {
      const isRefused = async () => (await guess()).status === 429;
      await expect.poll(isRefused, { interval: 0, timeout: 20_000 }).toBe(true);
      return inLoops(20, guess);
    },
  });
  console.info('wrong secrets of a service', JSON.stringify({ ...figures, refused, guesses }));
  expect(refused).toBe(0);
  expect(figures.medianRatio).toBeLessThan(25);
  // The control: an address that has guessed too often gets no token for the right secret.
  expect((await askToken(strangers[0] ?? '')).status).toBe(429);
});
