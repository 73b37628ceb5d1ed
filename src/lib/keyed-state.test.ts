import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createKeyedState } from './keyed-state.ts';

test('an idle state is dropped, a busy one is kept', async () => {
  const clock = createManualClock();
  const busy = new Set(['b']);
  const states = createKeyedState({
    create: (key) => ({ key }),
    isIdle: ({ key }) => !busy.has(key),
    clock,
    sweepEveryMs: 1_000,
  });
  const a = states.get('a');
  const b = states.get('b');
  expect(states.get('a')).toBe(a);
  await clock.advance(1_000);
  states.get('c');
  expect(states.get('b')).toBe(b);
  expect(states.get('a')).not.toBe(a);
});

test('a thousand idle keys leave no state behind', async () => {
  const clock = createManualClock();
  const states = createKeyedState({ create: () => ({}), isIdle: () => true, clock, sweepEveryMs: 1_000 });
  for (let key = 0; key < 1_000; key += 1) states.get(String(key));
  await clock.advance(1_000);
  states.get('last');
  expect(states.size()).toBe(1);
});
