import { expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

const FIRST = `first:${Buffer.alloc(32, 1).toString('base64')}`;
const OTHER = `other:${Buffer.alloc(32, 2).toString('base64')}`;

/** The headers of a session of the administrator: a token, or cookies. */
async function signIn({ url }: Gateway, session?: 'cookie'): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ADMIN, ...(session && { session }) }),
  });
  const cookies = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  if (session === 'cookie') return { cookie: cookies.join('; ') };
  return { authorization: `Bearer ${((await answer.json()) as { accessToken: string }).accessToken}` };
}

test('an administrator sees which keys are in use, for how many rows, and no key', async () => {
  await using gateway = await bootGateway({
    env: { ...ADMIN_ENV, ENCRYPTION_KEYS: `${FIRST},${OTHER}` },
    polls: false,
  });
  const ada = await gateway.signUpWithCredential();
  const answer = await fetch(`${gateway.url}/v1/encryption-keys`, { headers: await signIn(gateway) });
  const text = await answer.text();
  expect(JSON.parse(text)).toEqual({
    keys: [
      {
        ...{ kid: 'first', isConfigured: true, isFirst: true, isKnown: true, mayBeDropped: false },
        ...{ credentials: 1, transcripts: 0, webhookSecrets: 0, answers: 0 },
      },
      {
        ...{ kid: 'other', isConfigured: true, isFirst: false, isKnown: true, mayBeDropped: true },
        ...{ credentials: 0, transcripts: 0, webhookSecrets: 0, answers: 0 },
      },
    ],
  });
  for (const key of [FIRST, OTHER]) expect(text).not.toContain(key.split(':')[1]);
  expect((await ada.request('/v1/encryption-keys')).status).toBe(403);
  expect((await fetch(`${gateway.url}/v1/encryption-keys`)).status).toBe(401);
});

test('/readyz to the session cookie of an administrator names the parts, to that of a user it does not', async () => {
  await using gateway = await bootGateway({ env: ADMIN_ENV, polls: false });
  const parts = async (headers: Record<string, string>) =>
    ((await (await fetch(`${gateway.url}/readyz`, { headers })).json()) as { parts?: object }).parts;
  expect(await parts(await signIn(gateway, 'cookie'))).toMatchObject({ store: { kind: 'SQLite' } });
  await gateway.signUp();
  const user = await fetch(`${gateway.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      session: 'cookie',
    }),
  });
  const cookie = user.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  expect(cookie).not.toBe('');
  expect(await parts({ cookie })).toBeUndefined();
  expect(await parts({ cookie: cookie.replaceAll('=', '=x') })).toBeUndefined();
});
