import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import type { Viewer } from '../../viewer.ts';
import { createConnectionRegistry } from './registry.ts';
import { sweepSessions } from './session-sweep.ts';

const SWEEP_MS = 20_000;

function setUp() {
  const clock = createManualClock();
  const registry = createConnectionRegistry(10, clock);
  const over = new Set<string>();
  const asked: (readonly string[])[] = [];
  const said: string[] = [];
  let isAway = false;
  const say = (_fields: object, message: string): void => void said.push(message);
  const stop = sweepSessions({
    registry,
    clock,
    logger: { debug: say, info: say, warn: say, error: say },
    findRevoked: async (ids) => {
      asked.push(ids);
      if (isAway) throw new Error('away');
      return ids.filter((id) => over.has(id));
    },
  });
  const open = (sessionId: string) => {
    const closed: number[] = [];
    registry.add(sessionId, {
      viewer: () => ({ sessionId }) as Viewer,
      close: (code) => void closed.push(code),
    });
    return closed;
  };
  const setAway = (value: boolean): void => {
    isAway = value;
  };
  return { clock, over, asked, said, open, stop, setAway };
}

test('what is over is closed within one interval, everything else stays', async () => {
  const { clock, over, asked, open } = setUp();
  const [phone, desk, tab] = [open('phone'), open('desk'), open('phone')];
  await clock.advance(SWEEP_MS);
  expect(asked).toEqual([['phone', 'desk']]);
  over.add('phone');
  await clock.advance(SWEEP_MS);
  expect([phone, desk, tab]).toEqual([[4403], [], [4403]]);
});

test('nobody is asked about nothing', async () => {
  const { clock, asked } = setUp();
  await clock.advance(5 * SWEEP_MS);
  expect(asked).toEqual([]);
});

test('while the store is away everything stays open, and the next sweep finds what is over', async () => {
  const { clock, over, open, said, setAway } = setUp();
  const phone = open('phone');
  over.add('phone');
  setAway(true);
  await clock.advance(SWEEP_MS);
  expect([phone, said.length]).toEqual([[], 1]);
  setAway(false);
  await clock.advance(SWEEP_MS);
  expect(phone).toEqual([4403]);
});

test('it stops', async () => {
  const { clock, asked, open, stop } = setUp();
  open('phone');
  stop();
  await clock.advance(5 * SWEEP_MS);
  expect([asked, clock.pending()]).toEqual([[], 0]);
});
