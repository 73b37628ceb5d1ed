import { expect, test } from 'vitest';
import { openTerminal } from './terminal.ts';

test('without a terminal, or with LOG_LEVEL, lines stay JSON', async () => {
  expect(await openTerminal(false, undefined)).toBeUndefined();
  expect(await openTerminal(undefined, '')).toBeUndefined();
  expect(await openTerminal(true, 'info')).toBeUndefined();
});

test('on a terminal without LOG_LEVEL lines are for people', async () => {
  expect(await openTerminal(true, '')).toHaveProperty('write');
});
