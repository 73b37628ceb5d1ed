import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { createManyTasks } from '../../support/many-tasks.ts';

test('an answer above RESPONSE_LIMIT is a 400 that says what to do, and smaller ones are whole', async () => {
  await using gateway = await bootGateway({ polls: false, env: { RESPONSE_LIMIT: '64kb' } });
  const ada = await gateway.signUpWithCredential();
  await createManyTasks(ada, 'x'.repeat(4_000));
  const answer = await ada.request('/v1/tasks');
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({
    code: 'BAD_USER_INPUT',
    detail: expect.stringContaining('`first`') as string,
  });
  expect((await ada.request('/v1/agents')).status).toBe(200);
});
