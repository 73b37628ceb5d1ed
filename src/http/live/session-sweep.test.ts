import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import type { Viewer } from '../../viewer.ts';
import { createConnectionRegistry } from './registry.ts';
import { sweepSessions } from './session-sweep.ts';

const SWEEP_MS = 4_000;

function setUp() {
  const clock = createManualClock();
  const registry = createConnectionRegistry(10, clock);
  const revoked = new Set<string>();
  const reads: (readonly string[])[] = [];
  const logged: string[] = [];
  let isDown = false;
  const log = (_fields: object, message: string): void => void logged.push(message);
  const stop = sweepSessions({
    registry,
    clock,
    logger: { debug: log, info: log, warn: log, error: log },
    findRevoked: async (ids) => {
      reads.push(ids);
      if (isDown) throw new Error('store is down');
      return ids.filter((id) => revoked.has(id));
    },
  });
  const open = (sessionId: string) => {
    const closed: number[] = [];
    registry.add(sessionId, {
      transport: 'websocket',
      viewer: () => ({ sessionId }) as Viewer,
      leave: () => undefined,
      cut: () => undefined,
      close: (code) => void closed.push(code),
    });
    return closed;
  };
  const setDown = (value: boolean): void => {
    isDown = value;
  };
  return { clock, revoked, reads, logged, open, stop, setDown };
}

test('connections of a revoked session are closed within one interval, all others stay open', async () => {
  const { clock, revoked, reads, open } = setUp();
  const [phone, desk, tab] = [open('phone'), open('desk'), open('phone')];
  await clock.advance(SWEEP_MS);
  expect(reads).toEqual([['phone', 'desk']]);
  revoked.add('phone');
  await clock.advance(SWEEP_MS);
  expect([phone, desk, tab]).toEqual([[4403], [], [4403]]);
});

test('without open connections the store is not read', async () => {
  const { clock, reads } = setUp();
  await clock.advance(5 * SWEEP_MS);
  expect(reads).toEqual([]);
});

test('while the store is down all connections stay open, and the next sweep closes those of revoked sessions', async () => {
  const { clock, revoked, open, logged, setDown } = setUp();
  const phone = open('phone');
  revoked.add('phone');
  setDown(true);
  await clock.advance(SWEEP_MS);
  expect([phone, logged.length]).toEqual([[], 1]);
  setDown(false);
  await clock.advance(SWEEP_MS);
  expect(phone).toEqual([4403]);
});

test('a stopped sweep reads nothing and leaves no timer', async () => {
  const { clock, reads, open, stop } = setUp();
  open('phone');
  stop();
  await clock.advance(5 * SWEEP_MS);
  expect([reads, clock.pending()]).toEqual([[], 0]);
});
