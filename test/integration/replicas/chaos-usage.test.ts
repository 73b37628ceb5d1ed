import { expect, test } from 'vitest';
import type { Faults } from '../../chaos/judgments.ts';
import { budgetFailures } from '../../chaos/usage/budgets.ts';
import { type UsageHistory, usageFailures } from '../../chaos/usage/check.ts';

const USED = { id: 'A-1', inputTokens: 10, outputTokens: 2 };

function usage(more: Partial<UsageHistory> = {}): string[] {
  const upstream = [{ ...USED, createdMs: 1_000 }];
  return usageFailures({ counted: [{ ...USED, owner: 'ada' }], upstream, keys: [], restores: [], ...more });
}

test('a ledger that differs from the upstream is found, unless a restore may have lost the deployment', () => {
  expect(usage()).toEqual([]);
  expect(usage({ counted: [] })).toHaveLength(1);
  const twice = { counted: [{ ...USED, inputTokens: 20, owner: 'ada' }] };
  expect(usage(twice)).toHaveLength(1);
  const restores = [{ copiedMs: 500, restoredMs: 3_000, lostDatabase: 'lost' }];
  expect(usage({ ...twice, restores })).toEqual([]);
});

const QUIET: Faults = { outages: [], strikes: [], slowness: 1 };
const USE = { taskId: '7', maxTokens: 100, fromMs: 0, toMs: 40_000, dueMs: 10_000 };
const STOPPED = { id: 'A-1', taskId: '7', status: 'STOPPED', endedMs: 12_000, tokens: 120 };

test('a budget that stops late, too early or not at all is found, unless a restore may have lost it', () => {
  const failures = (more: Partial<typeof STOPPED>, faults: Partial<Faults> = {}) =>
    budgetFailures([USE], [{ ...STOPPED, ...more }], [], { ...QUIET, ...faults });
  expect(failures({})).toEqual([]);
  expect(failures({ endedMs: 36_000 })).toHaveLength(1);
  expect(failures({ endedMs: 36_000 }, { strikes: [20_000] })).toEqual([]);
  expect(failures({ status: 'COMPLETED' })).toHaveLength(1);
  expect(failures({ tokens: 99 })).toHaveLength(1);
  const restores = [{ copiedMs: 500, restoredMs: 3_000, lostDatabase: 'lost' }];
  expect(budgetFailures([USE], [{ ...STOPPED, status: 'COMPLETED' }], restores, QUIET)).toEqual([]);
});
