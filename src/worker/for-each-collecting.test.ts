import { expect, test } from 'vitest';
import { GatewayError } from '../errors.ts';
import { forEachCollecting } from './for-each-collecting.ts';

test('four items are worked on at a time; one that is slow holds up none after it', async () => {
  const slow = Promise.withResolvers<boolean>();
  const begun: string[] = [];
  const work = async (item: string): Promise<boolean> => {
    begun.push(item);
    return item === 'slow' ? slow.promise : false;
  };
  const running = forEachCollecting(['slow', 'a', 'b', 'c', 'd', 'e'], work);
  expect(begun).toEqual(['slow', 'a', 'b', 'c']);
  await expect.poll(() => begun).toEqual(['slow', 'a', 'b', 'c', 'd', 'e']);
  slow.resolve(true);
  expect(await running).toEqual({ hasChanges: true, errors: [] });
});

test('no item has changed: the loop has no changes', async () => {
  expect(await forEachCollecting(['a', 'b'], async () => false)).toEqual({ hasChanges: false, errors: [] });
});

test.each(['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_UNAVAILABLE'] as const)(
  '%s of one item: the others are still worked on',
  async (code) => {
    const error = new GatewayError(code);
    const work = async (item: string): Promise<boolean> => {
      if (item === 'a') throw error;
      return true;
    };
    expect(await forEachCollecting(['a', 'b'], work)).toEqual({ hasChanges: true, errors: [error] });
  },
);

test.each([new GatewayError('UPSTREAM_TIMEOUT'), new TypeError('bug')])(
  'any other error ends the loop, after the items under way: %s',
  async (error) => {
    const steps: string[] = [];
    const work = async (item: string): Promise<boolean> => {
      steps.push(`start ${item}`);
      if (item === 'a') throw error;
      await new Promise(setImmediate);
      steps.push(`end ${item}`);
      return true;
    };
    await expect(forEachCollecting(['a', 'b', 'c', 'd', 'e', 'f'], work)).rejects.toBe(error);
    expect(steps).toEqual(
      ['a', 'b', 'c', 'd'].map((item) => `start ${item}`).concat('end b', 'end c', 'end d'),
    );
  },
);
