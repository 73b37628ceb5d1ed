import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { CONNECTIONS } from '../policies/policies.test-support.ts';
import type { QuantCdnCredential } from './client.ts';
import { createQuantCdn, type QuantCdn, type QuantCdnDeps } from './quantcdn.ts';

export const TIMEOUT_MS = 10_000;
export const START_MS = Date.UTC(2026, 0, 1);
/** As the simulator's seed has it. */
export const TOKEN = 'quantcdn-simulator-token-0123456789abcdef';
export const alice: QuantCdnCredential = {
  ownerId: 'alice',
  credentialId: 'alice',
  organisation: 'acme',
  apiToken: TOKEN,
};
export const bob: QuantCdnCredential = {
  ownerId: 'bob',
  credentialId: 'bob',
  organisation: 'acme',
  apiToken: 'other',
};

/** The gateway's client of the upstream; `notices` is all that it logged. */
export interface Setup {
  upstream: QuantCdn;
  clock: ManualClock;
  notices: unknown[];
}

/** Creates the upstream with a manual clock. */
export function setUp(baseUrl: string, startMs = START_MS, options: Partial<QuantCdnDeps> = {}): Setup {
  const clock = createManualClock(startMs);
  const notices: unknown[] = [];
  const upstream = createQuantCdn({
    baseUrl,
    timeoutMs: TIMEOUT_MS,
    maxBytes: 100_000,
    ratePerSecond: 5,
    burst: 40,
    ...CONNECTIONS,
    clock,
    // No jitter: retries follow at once.
    random: { ...systemRandom, fraction: () => 0 },
    logger: (...notice) => notices.push(notice),
    version: '1.2.3',
    ...options,
  });
  return { upstream, clock, notices };
}

/** The error that a promise rejects with. */
export function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}
