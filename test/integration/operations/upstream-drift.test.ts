import { describe, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

/** Asks for the drift as the administrator, or as the user of a token. */
async function askFor(gateway: Gateway, token?: string): Promise<Response> {
  const signIn = async () => {
    const answer = await fetch(`${gateway.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    return ((await answer.json()) as { accessToken: string }).accessToken;
  };
  const authorization = `Bearer ${token ?? (await signIn())}`;
  return fetch(`${gateway.url}/v1/upstream-drift`, { headers: { authorization } });
}

describe('GET /v1/upstream-drift', () => {
  test('an administrator gets a row for each difference, counted since the first time', async () => {
    await using gateway = await bootGateway({ env: ADMIN_ENV, polls: false });
    expect(await (await askFor(gateway)).json()).toEqual({ drift: [] });
    const report = gateway.deps.drift.reportFor('QUANTCDN');
    report({ operation: 'getTask', path: 'color', kind: 'UNKNOWN_FIELD' });
    await gateway.deps.drift.flush();
    report({ operation: 'getTask', path: 'color', kind: 'UNKNOWN_FIELD' });
    const { drift } = (await (await askFor(gateway)).json()) as { drift: object[] };
    expect(drift).toEqual([
      {
        provider: 'QUANTCDN',
        operation: 'getTask',
        path: 'color',
        kind: 'UNKNOWN_FIELD',
        firstSeenAt: expect.stringMatching(/Z$/),
        lastSeenAt: expect.stringMatching(/Z$/),
        count: 2,
      },
    ]);
  });

  test('a user who is no administrator is refused, and a caller without a token', async () => {
    await using gateway = await bootGateway({ env: ADMIN_ENV, polls: false });
    const ada = await gateway.signUp();
    expect((await askFor(gateway, ada.tokens.accessToken)).status).toBe(403);
    expect((await askFor(gateway, 'none')).status).toBe(401);
  });
});
