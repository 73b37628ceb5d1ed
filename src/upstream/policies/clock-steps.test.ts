import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { type FailureFacts, UpstreamFailure } from '../failure.ts';
import { createPolicies } from './order.ts';
import { createOutageDetector } from './outage-detector.ts';
import { CONNECTIONS, callOf } from './policies.test-support.ts';

const STEPS_MS = [-3_600_000, 3_600_000];
const CALLER = { ownerId: 'ada', credentialId: 'c1' };
const READ = callOf('ada');
const CREATE = callOf('ada', { priority: 'mutation', repeat: 'once' });

function setUp({ ratePerSecond = 5, burst = 20 } = {}) {
  const clock = createManualClock();
  const limits = { ...CONNECTIONS, timeoutMs: 10_000, ratePerSecond, burst };
  const execute = createPolicies({ ...limits, clock, random: systemRandom });
  const step = (ms: number): void => clock.set(clock.now() + ms);
  return { clock, execute, step };
}

function failing(facts: Partial<FailureFacts>): () => Promise<never> {
  const code = facts.again === 'later' ? 'UPSTREAM_THROTTLED' : 'UPSTREAM_UNAVAILABLE';
  const all: FailureFacts = { mayHaveActed: false, health: 'down', again: 'soon', ...facts };
  return () => Promise.reject(new UpstreamFailure(code, all, { details: { retryAfter: 60 } }));
}

async function answer(): Promise<string> {
  return 'ok';
}

test.for(STEPS_MS)('clock set by %i ms: an open breaker tries again after 5 s', async (stepMs) => {
  const { clock, execute, step } = setUp();
  for (let n = 0; n < 5; n += 1) await execute(CREATE, failing({})).catch(() => undefined);
  step(stepMs);
  await expect(execute(CREATE, answer)).rejects.toMatchObject({ details: { retryAfter: 5 } });
  await clock.advance(5_000);
  expect(await execute(CREATE, answer)).toBe('ok');
});

test.for(STEPS_MS)('clock set by %i ms: a pause lasts as long as the upstream asked for', async (stepMs) => {
  const { clock, execute, step } = setUp();
  const throttled = failing({ health: 'answered', again: 'later', askedPauseMs: 30_000 });
  await execute(CREATE, throttled).catch(() => undefined);
  step(stepMs);
  await expect(execute(READ, answer)).rejects.toMatchObject({ details: { retryAfter: 30 } });
  await clock.advance(30_000);
  expect(await execute(READ, answer)).toBe('ok');
});

test.for(STEPS_MS)('clock set by %i ms: a call that waits for a token gets it in time', async (stepMs) => {
  const { clock, execute, step } = setUp({ ratePerSecond: 1, burst: 1 });
  await execute(READ, answer);
  const waiting = execute({ ...READ, key: 'second' }, answer);
  await clock.advance(500);
  step(stepMs);
  await clock.advance(500);
  expect(await waiting).toBe('ok');
});

test.for(STEPS_MS)('clock set by %i ms during a retry: the call keeps its deadline', async (stepMs) => {
  const { clock, execute, step } = setUp();
  let attempts = 0;
  const ended = execute(READ, async () => {
    attempts += 1;
    step(attempts === 1 ? stepMs : 0);
    return failing({})();
  }).catch(() => 'failed');
  await clock.advance(5_000);
  expect(await ended).toBe('failed');
  expect(attempts).toBe(3);
});

test.for(STEPS_MS)('clock set by %i ms: an outcome is evidence of an outage for a minute', async (stepMs) => {
  const { clock, step } = setUp();
  const detector = createOutageDetector(clock);
  detector.record(CALLER, 'worked');
  step(stepMs);
  expect(detector.suspectsOutage(CALLER)).toBe(true);
  await clock.advance(60_001);
  expect(detector.suspectsOutage(CALLER)).toBe(false);
});
