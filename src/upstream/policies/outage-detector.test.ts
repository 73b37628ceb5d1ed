import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createOutageDetector } from './outage-detector.ts';

test('without evidence there is no suspicion, nor from the credential itself failing', () => {
  const detector = createOutageDetector(createManualClock());
  expect(detector.suspectsOutage('alice')).toBe(false);
  detector.record('alice', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(false);
});

test('another failing too makes an outage likelier, until another is answered', () => {
  const detector = createOutageDetector(createManualClock());
  detector.record('bob', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(true);
  detector.record('carol', 'answered');
  expect(detector.suspectsOutage('alice')).toBe(false);
});

test('so does having worked a moment ago; a minute later all is forgotten', async () => {
  const clock = createManualClock();
  const detector = createOutageDetector(clock);
  detector.record('alice', 'worked');
  detector.record('alice', 'failed');
  detector.record('bob', 'failed');
  expect(detector.suspectsOutage('alice')).toBe(true);
  await clock.advance(60_001);
  expect(detector.suspectsOutage('alice')).toBe(false);
});
