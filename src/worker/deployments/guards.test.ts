import { expect, test } from 'vitest';
import { type Guard, type GuardFacts, needsConversation, verdictOf } from './guards.ts';

const FACTS: GuardFacts = { now: 100_000, runStartedAt: 40_000, tokens: 1_000, hasRuntimeError: true };

test.each<[string, Guard, string | undefined]>([
  ['no bound', {}, undefined],
  [
    'bounds that are null',
    { maxTokens: null, maxDurationSeconds: null, stopOnRuntimeError: null },
    undefined,
  ],
  ['just enough tokens', { maxTokens: 1_000 }, undefined],
  ['one token too many', { maxTokens: 999 }, 'maxTokens: 1000 of 999 used'],
  ['time left', { maxDurationSeconds: 61 }, undefined],
  ['time up', { maxDurationSeconds: 60 }, 'maxDurationSeconds: ran for 60 s'],
  ['runtime errors allowed', { stopOnRuntimeError: false }, undefined],
  ['a runtime error', { stopOnRuntimeError: true }, 'stopOnRuntimeError: a run ended with a runtime error'],
])('%s', (_what, guard, verdict) => {
  expect(verdictOf(guard, FACTS)).toBe(verdict);
});

test('the conversation is read only where it can tell', () => {
  const needy: (Guard | undefined)[] = [
    undefined,
    {},
    { maxDurationSeconds: 5 },
    { stopOnRuntimeError: false },
    { maxTokens: 0 },
    { stopOnRuntimeError: true },
  ];
  expect(needy.map(needsConversation)).toEqual([false, false, false, false, true, true]);
});
