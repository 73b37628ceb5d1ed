import { expect, test } from 'vitest';
import { isAmbiguous, UpstreamFailure } from '../../upstream/failure.ts';
import { asDefiniteFailure } from './definite-failure.ts';

test('an ambiguous failure becomes a definite one with the same code, message and details', async () => {
  const lost = new UpstreamFailure(
    'UPSTREAM_TIMEOUT',
    { mayHaveActed: true, health: 'down', again: 'never' },
    { message: 'No answer in 10 s', details: { retryAfter: 3 } },
  );
  const error = await asDefiniteFailure(() => Promise.reject(lost)).catch((thrown: unknown) => thrown);
  expect([isAmbiguous(lost), isAmbiguous(error)]).toEqual([true, false]);
  expect(error).toMatchObject({
    code: 'UPSTREAM_TIMEOUT',
    message: 'No answer in 10 s',
    details: { retryAfter: 3 },
    cause: lost,
  });
});

test('an unexpected error passes unchanged', async () => {
  const bug = new TypeError('bug');
  await expect(asDefiniteFailure(() => Promise.reject(bug))).rejects.toBe(bug);
});

test('a result passes unchanged', async () => {
  expect(await asDefiniteFailure(async () => 7)).toBe(7);
});
