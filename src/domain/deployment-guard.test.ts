import { expect, test } from 'vitest';
import {
  countsUsage,
  findDeadline,
  findTripReason,
  findWarnings,
  type Guard,
  type GuardFacts,
  needsConversation,
} from './deployment-guard.ts';

const FACTS: GuardFacts = {
  nowMs: 100_000,
  runStartedAtMs: 40_000,
  tokens: 1_000,
  turns: 10,
  hasRuntimeError: true,
  hasWarning: true,
};

test.each<[string, Guard, string | undefined]>([
  ['no limit', {}, undefined],
  [
    'limits that are null',
    { maxTokens: null, maxDurationSeconds: null, stopOnRuntimeError: null },
    undefined,
  ],
  ['exactly the tokens allowed', { maxTokens: 1_000 }, undefined],
  ['one token too many', { maxTokens: 999 }, 'maxTokens: 1000 of 999 used'],
  ['exactly the turns allowed', { maxTurns: 10 }, undefined],
  ['one turn too many', { maxTurns: 9 }, 'maxTurns: 10 of 9 taken'],
  ['time left', { maxDurationSeconds: 61 }, undefined],
  ['time up', { maxDurationSeconds: 60 }, 'maxDurationSeconds: ran for 60 s'],
  ['runtime errors allowed', { stopOnRuntimeError: false }, undefined],
  ['a runtime error', { stopOnRuntimeError: true }, 'stopOnRuntimeError: a run ended with a runtime error'],
  ['warnings allowed', { stopOnWarning: false }, undefined],
  ['a warning', { stopOnWarning: true }, 'stopOnWarning: a tool gave a warning'],
  ['a share for warnings alone', { warnAt: 0.1 }, undefined],
])('%s', (_what, guard, reason) => {
  expect(findTripReason(guard, FACTS)).toBe(reason);
});

test.each<[string, Guard, string[]]>([
  ['no limit', { warnAt: 0.1 }, []],
  ['less than four fifths of each limit', { maxTokens: 1_251, maxTurns: 13, maxDurationSeconds: 76 }, []],
  [
    'four fifths of each limit',
    { maxTokens: 1_250, maxTurns: 12, maxDurationSeconds: 75 },
    ['maxTokens: 1000 of 1250 used', 'maxTurns: 10 of 12 taken', 'maxDurationSeconds: ran for 60 of 75 s'],
  ],
  ['a share of its own', { maxTokens: 2_000, warnAt: 0.5 }, ['maxTokens: 1000 of 2000 used']],
  ['less than a share of its own', { maxTokens: 1_001, warnAt: 1 }, []],
  ['the whole limit', { maxTokens: 1_000, warnAt: 1 }, ['maxTokens: 1000 of 1000 used']],
  ['a share that has no exact double', { maxTurns: 100, warnAt: 0.1 }, ['maxTurns: 10 of 100 taken']],
  ['more than the limit', { maxDurationSeconds: 50 }, ['maxDurationSeconds: ran for 50 s']],
])('warnings: %s', (_what, guard, reasons) => {
  expect(findWarnings(guard, FACTS).map(({ reason }) => reason)).toEqual(reasons);
});

test('the conversation is needed for tokens, turns, runtime errors and warnings only', () => {
  const guards: (Guard | undefined)[] = [
    undefined,
    {},
    { maxDurationSeconds: 5 },
    { stopOnRuntimeError: false },
    { maxTokens: 0 },
    { stopOnRuntimeError: true },
    { maxTurns: 3 },
    { stopOnWarning: true },
  ];
  expect(guards.map(needsConversation)).toEqual([false, false, false, false, true, true, true, true]);
  expect(guards.map(countsUsage)).toEqual([false, false, false, false, true, false, true, false]);
});

test('the next deadline is that of the warning, then the start of the run plus the limit', () => {
  const guard = { maxDurationSeconds: 60 };
  expect(findDeadline(guard, 40_000, 40_000)).toBe(88_000);
  expect(findDeadline({ ...guard, warnAt: 0.5 }, 40_000, 40_000)).toBe(70_000);
  expect(findDeadline(guard, 40_000, 88_000)).toBe(100_000);
  expect(findDeadline(guard, 40_000, 100_000)).toBeUndefined();
  expect(findDeadline({ maxTokens: 5 }, 40_000, 40_000)).toBeUndefined();
  expect(findDeadline(undefined, 40_000, 40_000)).toBeUndefined();
});
