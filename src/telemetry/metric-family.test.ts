import { type Metric, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createFamily } from './metric-family.ts';

async function textOf(family: ReturnType<typeof createFamily>): Promise<string[]> {
  const registry = new Registry();
  registry.registerMetric(family as unknown as Metric);
  return (await registry.metrics()).trim().split('\n').slice(2);
}

test('a histogram counts each value in its bucket and all above, with sum and count', async () => {
  const family = createFamily({ kind: 'histogram', name: 'h', help: 'h', labels: ['a'], buckets: [1, 5] });
  for (const value of [0.5, 1, 3, 9]) family.observe({ a: 'x' }, value);
  expect(await textOf(family)).toEqual([
    'h_bucket{a="x",le="1"} 2',
    'h_bucket{a="x",le="5"} 3',
    'h_bucket{a="x",le="+Inf"} 4',
    'h_sum{a="x"} 13.5',
    'h_count{a="x"} 4',
  ]);
});

test('a counter adds up for each set of labels', async () => {
  const family = createFamily({ kind: 'counter', name: 'c', help: 'c', labels: ['a', 'b'] });
  family.add({ a: 'x', b: 'y' });
  family.add({ a: 'x', b: 'y' }, 2);
  family.add({ a: 'xy', b: '' });
  expect(await textOf(family)).toEqual(['c{a="x",b="y"} 3', 'c{a="xy",b=""} 1']);
});

test('a counter or histogram without labels is there from the start, at 0', async () => {
  expect(await textOf(createFamily({ kind: 'counter', name: 'c', help: 'c', labels: [] }))).toEqual(['c 0']);
  const histogram = createFamily({ kind: 'histogram', name: 'h', help: 'h', labels: [], buckets: [1] });
  expect(await textOf(histogram)).toContain('h_count 0');
});

test('a gauge asks its sources at each scrape, and adds up what they say of the same labels', async () => {
  const family = createFamily({ kind: 'gauge', name: 'g', help: 'g', labels: ['a'] });
  let value = 1;
  family.read(() => [{ labels: { a: 'x' }, value }]);
  family.read(async () => [
    { labels: { a: 'x' }, value: 10 },
    { labels: { a: 'y' }, value: 5 },
  ]);
  expect(await textOf(family)).toEqual(['g{a="x"} 11', 'g{a="y"} 5']);
  value = 2;
  expect(await textOf(family)).toEqual(['g{a="x"} 12', 'g{a="y"} 5']);
});
