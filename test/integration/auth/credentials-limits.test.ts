import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

async function save(client: GraphQLClient, label: string, apiToken = seededAccount.apiToken, zeros = '') {
  const body = { provider: 'QUANTCONNECT', label, userId: `${zeros}${seededAccount.userId}`, apiToken };
  const response = await client.request('/v1/credentials', { method: 'POST', body: JSON.stringify(body) });
  const answer = (await response.json()) as { code?: string; retryAfter?: number; id: string };
  return { ...answer, status: response.status };
}

test('the eleventh verification of an account within a minute is refused without a call, whatever the label', async () => {
  await using gateway = await bootGateway({ env: { VERIFICATION_RATE: '10/1m' } });
  const ada = await gateway.signUp();
  const wrong = 'f'.repeat(64);
  const stored = await save(ada, 'stored');
  const statuses = [];
  for (let n = 2; n <= 10; n += 1) statuses.push((await save(ada, `guess ${n}`, wrong)).status);
  expect(statuses).toEqual(Array(9).fill(409));

  const callsBefore = gateway.simulator.calls.all().length;
  const refused = [
    await save(ada, 'guess 11', wrong),
    await save(ada, 'the same account', wrong, '000'),
    await save(ada, 'stored', wrong),
  ];
  for (const answer of refused) expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(refused[0]?.retryAfter).toBeGreaterThan(50);
  const verify = await ada.request(`/v1/credentials/${stored.id}/verify`, { method: 'POST', body: '{}' });
  expect(verify.status).toBe(429);
  expect(gateway.simulator.calls.all().length).toBe(callsBefore);

  const bob = await gateway.signUp('bob@example.com');
  expect((await save(bob, 'of another user')).status).toBe(201);
});

test('of thirty credentials saved at once by one user, as many are stored as allowed', async () => {
  await using gateway = await bootGateway({ env: { MAX_CREDENTIALS_PER_USER: '3' } });
  const ada = await gateway.signUp();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => save(ada, `label ${n}`)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, ...Array(27).fill(429)]);
  const callsBefore = gateway.simulator.calls.all().length;
  expect(await save(ada, 'one more')).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(gateway.simulator.calls.all().length).toBe(callsBefore);
  const stored = answers.findIndex(({ status }) => status === 201);
  expect((await save(ada, `label ${stored}`)).status).toBe(201);
});
