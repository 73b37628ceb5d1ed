import { expect, test } from 'vitest';
import { fingerprintOf, prepareCall, type UpstreamCall } from './call.ts';

const signal = new AbortController().signal;

/** Prepares a call of one credential, whose reads are polls. */
function prepare(secrets: string[], repeat: UpstreamCall['repeat'], request: string) {
  return prepareCall(
    {
      ownerId: 'ada',
      account: 'QUANTCONNECT 1',
      credentialId: 'alice',
      fingerprint: fingerprintOf(...secrets),
      priority: 'poll',
      signal,
    },
    repeat,
    'agents/read',
    request,
  );
}

test('a read keeps its priority and ends with its caller; a change goes first to its end', () => {
  const prepared = (['read', 'repeatable', 'once'] as const).map((repeat) => prepare(['t'], repeat, 'x'));
  expect(prepared.map(({ call, signal }) => [call.repeat, call.priority, signal])).toEqual([
    ['read', 'poll', signal],
    ['repeatable', 'mutation', undefined],
    ['once', 'mutation', undefined],
  ]);
});

test('keys differ by request and by every secret, and show none', () => {
  const credentials = [['user', 'token'], ['user', 'other'], ['use', 'r\ntoken'], ['usertoken']];
  const keys = [
    ...credentials.map((secrets) => prepare(secrets, 'read', 'GET /x')),
    prepare(['user', 'token'], 'read', 'GET /y'),
    prepare(['user', 'token'], 'read', 'GET /x'),
  ].map(({ call }) => call.key);
  expect(new Set(keys).size).toBe(5);
  expect(keys[0]).toBe(keys[5]);
  expect(keys.join()).not.toMatch(/user|token/);
});
