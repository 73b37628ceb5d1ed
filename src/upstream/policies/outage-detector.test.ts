import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createOutageDetector } from './outage-detector.ts';

test('failures of one credential alone suspect no outage', () => {
  const detector = createOutageDetector(createManualClock());
  expect(detector.suspectsOutage('alice')).toBe(false);
  detector.record('alice', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(false);
});

test('a failure of another credential suspects an outage, until one is answered', () => {
  const detector = createOutageDetector(createManualClock());
  detector.record('bob', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(true);
  detector.record('carol', 'answered');
  expect(detector.suspectsOutage('alice')).toBe(false);
});

test('a failure within a minute after a success suspects an outage; later it does not', async () => {
  const clock = createManualClock();
  const detector = createOutageDetector(clock);
  detector.record('alice', 'worked');
  detector.record('alice', 'failed');
  detector.record('bob', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(true);
  await clock.advance(60_001);
  expect(detector.suspectsOutage('alice')).toBe(false);
});
