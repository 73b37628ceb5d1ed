import { expect, test } from 'vitest';
import { UpstreamFailure } from '../failure.ts';
import type { Pass, UpstreamCall } from './call.ts';
import { createCaller } from './caller.ts';
import type { Execute } from './order.ts';

const signal = new AbortController().signal;

/** Policies that note what they are handed, and let one attempt through. */
function note(pass: Partial<Pass> = {}) {
  const seen: { call: UpstreamCall; signal: AbortSignal | undefined }[] = [];
  const execute: Execute = (call, send, given) => {
    seen.push({ call, signal: given });
    return send({ attempt: 1, afterLoss: false, deadlineAtMs: 0, ...pass });
  };
  const callerOf = (...secrets: string[]) =>
    createCaller(execute, { credentialId: 'alice', secrets, priority: 'poll', signal });
  return { seen, callerOf };
}

test('a read waits in its own priority and ends with its caller; a change goes first and is finished', async () => {
  const { seen, callerOf } = note();
  for (const repeat of ['read', 'repeatable', 'once'] as const)
    await callerOf('t')(repeat, 'x', async () => 1);
  expect(seen.map(({ call, signal }) => [call.repeat, call.priority, signal])).toEqual([
    ['read', 'poll', signal],
    ['repeatable', 'mutation', undefined],
    ['once', 'mutation', undefined],
  ]);
});

test('keys differ by question and by every secret, and show none', async () => {
  const { seen, callerOf } = note();
  for (const secrets of [['user', 'token'], ['user', 'other'], ['use', 'r\ntoken'], ['usertoken']])
    await callerOf(...secrets)('read', 'GET /x', async () => 1);
  await callerOf('user', 'token')('read', 'GET /y', async () => 1);
  await callerOf('user', 'token')('read', 'GET /x', async () => 1);
  const keys = seen.map(({ call }) => call.key);
  expect(new Set(keys).size).toBe(5);
  expect(keys[0]).toBe(keys[5]);
  expect(keys.join()).not.toMatch(/user|token/);
});

test('what a repeated attempt fails with tells of the loss before it', async () => {
  const failure = new UpstreamFailure(
    'NOT_FOUND',
    { mayHaveActed: false, health: 'answered', again: 'never' },
    { message: 'gone' },
  );
  const failing = async (): Promise<never> => {
    throw failure;
  };
  await expect(note().callerOf('t')('repeatable', 'x', failing)).rejects.toBe(failure);
  await expect(note({ afterLoss: true }).callerOf('t')('repeatable', 'x', failing)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'gone',
    facts: { mayHaveActed: false, afterLoss: true },
  });
});
