import { expect, test } from 'vitest';
import { restartReplicas } from '../../rolling/restart.ts';

/** The short form of `npm run rolling`. */
test('a rolling restart under load fails no request', async () => {
  const { sent, failures, ends } = await restartReplicas({ replicas: 2, ratePerSecond: 50, restMs: 200 });

  expect(failures).toEqual([]);
  expect(sent).toBeGreaterThan(100);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
}, 120_000);
