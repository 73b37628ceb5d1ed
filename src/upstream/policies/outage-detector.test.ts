import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createWitness } from './outage-detector.ts';

test('without evidence there is no suspicion, nor from the credential itself failing', () => {
  const witness = createWitness(createManualClock());
  expect(witness.suspectsOutage('alice')).toBe(false);
  witness.saw('alice', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(false);
});

test('another failing too makes an outage likelier, until another is answered', () => {
  const witness = createWitness(createManualClock());
  witness.saw('bob', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(true);
  witness.saw('carol', 'answered');
  expect(witness.suspectsOutage('alice')).toBe(false);
});

test('so does having worked a moment ago; a minute later all is forgotten', async () => {
  const clock = createManualClock();
  const witness = createWitness(clock);
  witness.saw('alice', 'worked');
  witness.saw('alice', 'failed');
  witness.saw('bob', 'failed');
  expect(witness.suspectsOutage('alice')).toBe(true);
  await clock.advance(60_001);
  expect(witness.suspectsOutage('alice')).toBe(false);
});
