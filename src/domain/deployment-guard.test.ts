import { expect, test } from 'vitest';
import {
  findDeadline,
  findTripReason,
  type Guard,
  type GuardFacts,
  needsConversation,
} from './deployment-guard.ts';

const FACTS: GuardFacts = { nowMs: 100_000, runStartedAtMs: 40_000, tokens: 1_000, hasRuntimeError: true };

test.each<[string, Guard, string | undefined]>([
  ['no limit', {}, undefined],
  [
    'limits that are null',
    { maxTokens: null, maxDurationSeconds: null, stopOnRuntimeError: null },
    undefined,
  ],
  ['exactly the tokens allowed', { maxTokens: 1_000 }, undefined],
  ['one token too many', { maxTokens: 999 }, 'maxTokens: 1000 of 999 used'],
  ['time left', { maxDurationSeconds: 61 }, undefined],
  ['time up', { maxDurationSeconds: 60 }, 'maxDurationSeconds: ran for 60 s'],
  ['runtime errors allowed', { stopOnRuntimeError: false }, undefined],
  ['a runtime error', { stopOnRuntimeError: true }, 'stopOnRuntimeError: a run ended with a runtime error'],
])('%s', (_what, guard, reason) => {
  expect(findTripReason(guard, FACTS)).toBe(reason);
});

test('the conversation is needed for tokens and runtime errors only', () => {
  const guards: (Guard | undefined)[] = [
    undefined,
    {},
    { maxDurationSeconds: 5 },
    { stopOnRuntimeError: false },
    { maxTokens: 0 },
    { stopOnRuntimeError: true },
  ];
  expect(guards.map(needsConversation)).toEqual([false, false, false, false, true, true]);
});

test('the deadline is the start of the run plus the limit', () => {
  expect(findDeadline({ maxDurationSeconds: 60 }, 40_000)).toBe(100_000);
  expect(findDeadline({ maxTokens: 5 }, 40_000)).toBeUndefined();
  expect(findDeadline(undefined, 40_000)).toBeUndefined();
});
