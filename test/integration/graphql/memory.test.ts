import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createPrepare } from '../../../src/http/graphql/documents/prepare.ts';
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

describe('a valid document is remembered', () => {
  const schema = buildSchema('type Query { a: Int }');
  const limits = { maxTokens: 1_000, maxDepth: 10, maxAliases: 30, introspection: true };
  const prepare = createPrepare(schema, limits);
  const documentOf = (query: string) =>
    prepare({ query, variables: undefined, operationName: undefined } as never).document;
  const ofLength = (length: number, name = '') => `{ a } #${name}`.padEnd(length, 'x');

  test('up to 40,000 characters, and not when it is longer', () => {
    expect(documentOf(ofLength(40_000))).toBe(documentOf(ofLength(40_000)));
    expect(documentOf(ofLength(40_001))).not.toBe(documentOf(ofLength(40_001)));
  });

  test('until 200 others have been used since', () => {
    const first = documentOf('{ a }');
    for (let n = 0; n < 199; n += 1) documentOf(`{ a } # ${n}`);
    expect(documentOf('{ a }')).toBe(first);
    for (let n = 0; n < 200; n += 1) documentOf(`{ a } # again ${n}`);
    expect(documentOf('{ a }')).not.toBe(first);
  });
});

test('150 valid documents of 900 kB leave no memory in use', { timeout: 120_000 }, async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'warn' } });
  const ada = await gateway.signUp();
  const padding = 'x'.repeat(900_000);
  const ask = async (n: number): Promise<void> => {
    expect((await ada.graphql(`{ viewer { id } } # ${n} ${padding}`)).errors).toBeUndefined();
  };
  for (let n = 0; n < 20; n += 1) await ask(n);
  const before = heapAfterCollection();
  for (let n = 20; n < 170; n += 1) await ask(n);
  const grownBy = Math.round((heapAfterCollection() - before) / 1e6);
  console.info(`150 valid documents: the heap grew by ${grownBy} MB`);
  expect(grownBy).toBeLessThan(60);
});
