import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

/** An invalid document of 150 fields that no other one shares. */
function invalid(number: number): string {
  return `{ ${Array.from({ length: 150 }, (_, field) => `x${number}_${field}`).join(' ')} }`;
}

test('5,000 distinct invalid documents leave no memory in use', { timeout: 120_000 }, async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'warn' } });
  const ada = await gateway.signUp();
  const attack = async (from: number, count: number): Promise<void> => {
    for (let index = from; index < from + count; index += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, offset) => ada.graphql(invalid(index + offset))));
    }
  };
  await attack(0, 200);
  const before = heapAfterCollection();

  await attack(1_000, 5_000);

  const grownBy = Math.round((heapAfterCollection() - before) / 1e6);
  console.info(`5,000 invalid documents: the heap grew by ${grownBy} MB`);
  expect(grownBy).toBeLessThan(100);
});

/** What the heap holds once everything that can go is gone. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
