import { expect, test } from 'vitest';
import { countTurns } from './turns.ts';

const step = { type: 'step-start' };
const text = { type: 'text' };

test('a turn is one step-start part', () => {
  const messages = [
    { role: 'user', parts: [text] },
    { role: 'assistant', parts: [step, text, step] },
    { role: 'assistant', parts: [step] },
  ];
  expect(countTurns({ messages })).toBe(3);
});

test('where a conversation has no step-start part, a turn is one message of the assistant', () => {
  const messages = [
    { role: 'user', parts: [text] },
    { role: 'assistant', parts: [text] },
    { role: 'assistant', parts: [] },
  ];
  expect(countTurns({ messages })).toBe(2);
  expect(countTurns({ messages: [] })).toBe(0);
});
