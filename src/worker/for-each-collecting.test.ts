import { expect, test } from 'vitest';
import { GatewayError } from '../errors.ts';
import { forEachCollecting } from './for-each-collecting.ts';

test('items are worked on one after the other', async () => {
  const steps: string[] = [];
  const result = await forEachCollecting(['a', 'b'], async (item) => {
    steps.push(`start ${item}`);
    await new Promise(setImmediate);
    steps.push(`end ${item}`);
    return item === 'a';
  });
  expect(steps).toEqual(['start a', 'end a', 'start b', 'end b']);
  expect(result).toEqual({ hasChanges: true, errors: [] });
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
  'any other error ends the loop: %s',
  async (error) => {
    const seen: string[] = [];
    const work = async (item: string): Promise<boolean> => {
      seen.push(item);
      throw error;
    };
    await expect(forEachCollecting(['a', 'b'], work)).rejects.toBe(error);
    expect(seen).toEqual(['a']);
  },
);
