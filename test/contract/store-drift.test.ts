import { expect, test } from 'vitest';
import type { UpstreamDriftRow } from '../../src/store/schema/index.ts';
import { addDrift, MAX_DRIFT_ROWS, readDrift } from '../../src/store/upstream-drift.ts';
import { onEveryStore } from '../support/stores.ts';

function row(path: string, more: Partial<UpstreamDriftRow> = {}): UpstreamDriftRow {
  return {
    provider: 'QUANTCDN',
    operation: 'getTask',
    path,
    kind: 'UNKNOWN_FIELD',
    firstSeenAt: 5_000_000_000_000,
    lastSeenAt: 5_000_000_000_000,
    count: 1,
    ...more,
  };
}

onEveryStore((bed) => {
  const add = (seen: UpstreamDriftRow[], replica = 0) =>
    bed.replicas[replica % bed.replicas.length]?.transaction('drift', (tx) => addDrift(tx, seen));

  test('counts of several replicas add up, and the first and last time are kept', async () => {
    expect(await add([row('a', { firstSeenAt: 20, lastSeenAt: 30, count: 2 })])).toHaveLength(1);
    const more = [
      [row('a', { firstSeenAt: 10, lastSeenAt: 15, count: 3 }), row('b', { kind: 'UNKNOWN_WORD' })],
      [row('a', { firstSeenAt: 25, lastSeenAt: 40, count: 1 }), row('a', { provider: 'QUANTCONNECT' })],
    ];
    const added = await Promise.all(more.map((seen, replica) => add(seen, replica + 1)));
    expect(added.map((rows) => rows?.length)).toEqual([1, 1]);
    const stored = await readDrift(bed.store.db);
    expect(stored).toHaveLength(3);
    expect(stored.at(-1)).toEqual(row('a', { firstSeenAt: 10, lastSeenAt: 40, count: 6 }));
  });

  test('beyond the limit the rows that were seen longest ago go', async () => {
    const many = Array.from({ length: MAX_DRIFT_ROWS }, (_, index) =>
      row(`f${index}`, { lastSeenAt: index }),
    );
    await add(many);
    const late = [row('new', { lastSeenAt: 5_000 }), row('f0', { lastSeenAt: 6_000 })];
    expect(await add([...late, row('old', { lastSeenAt: 0 })])).toEqual([late[0]]);
    const stored = await readDrift(bed.store.db);
    expect(stored).toHaveLength(MAX_DRIFT_ROWS);
    expect(stored.slice(0, 3).map(({ path }) => path)).toEqual(['f0', 'new', 'f999']);
    expect(stored.map(({ path }) => path)).not.toContain('f1');
  });
});
