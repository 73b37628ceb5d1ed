import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { startHeartbeat } from './heartbeat.ts';

function setUp({ hasTakenAll = false } = {}) {
  const clock = createManualClock();
  const sent: string[] = [];
  const heartbeat = startHeartbeat(clock, {
    intervalMs: 15_000,
    hasTakenAll: () => hasTakenAll,
    beat: () => void sent.push('beat'),
    disconnect: () => void sent.push('disconnect'),
  });
  return { clock, sent, heartbeat };
}

test('a heartbeat is sent in its interval', async () => {
  const { clock, sent } = setUp({ hasTakenAll: true });
  await clock.advance(14_999);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual(['beat']);
  await clock.advance(10 * 15_000);
  expect(sent).toEqual(Array(11).fill('beat'));
});

test('a peer that does not respond for 60 s is disconnected once', async () => {
  const { clock, sent } = setUp();
  await clock.advance(59_999);
  expect(sent).toEqual(['beat', 'beat', 'beat']);
  await clock.advance(1);
  expect(sent.at(-1)).toBe('disconnect');
  await clock.advance(120_000);
  expect([sent.length, clock.pending()]).toEqual([4, 0]);
});

test('a response restarts the 60 s', async () => {
  const { clock, sent, heartbeat } = setUp();
  await clock.advance(50_000);
  heartbeat.onResponse();
  await clock.advance(59_999);
  expect(sent).not.toContain('disconnect');
  await clock.advance(15_000);
  expect(sent).toContain('disconnect');
});

test('a stopped heartbeat sends nothing and leaves no timer', async () => {
  const { clock, sent, heartbeat } = setUp();
  heartbeat.stop();
  await clock.advance(120_000);
  expect([sent, clock.pending()]).toEqual([[], 0]);
});

test.for([-3_600_000, 3_600_000])('a clock set by %i ms: a silent peer leaves after 60 s', async (stepMs) => {
  const { clock, sent } = setUp();
  clock.set(clock.now() + stepMs);
  await clock.advance(59_999);
  expect(sent).not.toContain('disconnect');
  await clock.advance(1);
  expect(sent.at(-1)).toBe('disconnect');
});
