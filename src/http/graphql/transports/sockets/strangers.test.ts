import { expect, test } from 'vitest';
import { createStrangers } from './strangers.ts';

function admitted(answer: ReturnType<ReturnType<typeof createStrangers>['admit']>): () => void {
  if (typeof answer === 'number') throw new Error(`refused with ${answer}`);
  return answer;
}

test('256 strangers of one network are admitted, one more is not, and another network is', () => {
  const strangers = createStrangers();
  const leave = Array.from({ length: 256 }, (_, index) =>
    admitted(strangers.admit(`2001:db8::${index.toString(16)}`)),
  );
  expect(strangers.admit('2001:db8::ffff')).toBe(429);
  admitted(strangers.admit('192.0.2.1'));
  leave[0]?.();
  leave[0]?.();
  admitted(strangers.admit('2001:db8::1'));
  expect(strangers.admit('2001:db8::2')).toBe(429);
});

test('2,000 strangers are admitted in all', () => {
  const strangers = createStrangers();
  const leave = Array.from({ length: 2_000 }, () => admitted(strangers.admit(undefined)));
  expect(strangers.admit('192.0.2.1')).toBe(503);
  leave[0]?.();
  admitted(strangers.admit('192.0.2.1'));
});
