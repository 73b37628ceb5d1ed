import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createOutageDetector } from './outage-detector.ts';

/** An owner's credential. */
function of(ownerId: string, credentialId = `of ${ownerId}`) {
  return { ownerId, credentialId };
}

test('failures of one credential alone suspect no outage', () => {
  const detector = createOutageDetector(createManualClock());
  expect(detector.suspectsOutage(of('alice'))).toBe(false);
  detector.record(of('alice'), 'failed');
  expect(detector.suspectsOutage(of('alice'))).toBe(false);
});

test('a failure of another owner suspects an outage, until most are answered', () => {
  const detector = createOutageDetector(createManualClock());
  detector.record(of('bob'), 'failed');
  expect(detector.suspectsOutage(of('alice'))).toBe(true);
  detector.record(of('carol'), 'answered');
  expect(detector.suspectsOutage(of('alice'))).toBe(false);
  detector.record(of('dan'), 'failed');
  expect(detector.suspectsOutage(of('alice'))).toBe(true);
});

test('one owner is one witness, however many candidates of its fail', () => {
  const detector = createOutageDetector(createManualClock());
  detector.record(of('bob'), 'answered');
  for (let n = 0; n < 100; n += 1) detector.record(of('mallory', `candidate ${n}`), 'failed');
  expect(detector.suspectsOutage(of('alice'))).toBe(false);
});

test('a failure of another credential of the same owner suspects an outage', () => {
  const detector = createOutageDetector(createManualClock());
  detector.record(of('alice', 'stored'), 'failed');
  expect(detector.suspectsOutage(of('alice', 'candidate'))).toBe(true);
});

test('a failure within a minute after a success suspects an outage; later it does not', async () => {
  const clock = createManualClock();
  const detector = createOutageDetector(clock);
  detector.record(of('alice'), 'worked');
  detector.record(of('alice'), 'failed');
  detector.record(of('bob'), 'failed');
  expect(detector.suspectsOutage(of('alice'))).toBe(true);
  await clock.advance(60_001);
  expect(detector.suspectsOutage(of('alice'))).toBe(false);
});
