import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createOutageDetector } from './outage-detector.ts';

test('without evidence there is no suspicion, nor from the credential itself failing', () => {
  const witness = createOutageDetector(createManualClock());
  expect(witness.suspectsOutage('alice')).toBe(false);
  witness.record('alice', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(false);
});

test('another failing too makes an outage likelier, until another is answered', () => {
  const witness = createOutageDetector(createManualClock());
  witness.record('bob', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(true);
  witness.record('carol', 'answered');
  expect(witness.suspectsOutage('alice')).toBe(false);
});

test('so does having worked a moment ago; a minute later all is forgotten', async () => {
  const clock = createManualClock();
  const witness = createOutageDetector(clock);
  witness.record('alice', 'worked');
  witness.record('alice', 'failed');
  witness.record('bob', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(true);
  await clock.advance(60_001);
  expect(witness.suspectsOutage('alice')).toBe(false);
});
