import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemRandom as random } from '../lib/random.ts';
import { createRefreshTokens, hashOf } from './refresh-tokens.ts';

function newKey(kid: string) {
  return { kid, key: createSecretKey(randomBytes(32)) };
}

test('a successor derived under a former key is recalled as long as the ring holds that key', () => {
  const [former, next] = [newKey('k1'), newKey('k2')];
  const before = createRefreshTokens({ keys: [former], random });
  const parent = before.first();
  const successor = before.successorOf(parent);

  const rotated = createRefreshTokens({ keys: [next, former], random });
  expect(rotated.successorOf(parent)).not.toBe(successor);
  expect(rotated.recallSuccessor(parent, hashOf(successor))).toBe(successor);

  const retired = createRefreshTokens({ keys: [next], random });
  expect(retired.recallSuccessor(parent, hashOf(successor))).toBeUndefined();
});

test('no two families, and no two steps of one, share a token', () => {
  const tokens = createRefreshTokens({ keys: [newKey('k1')], random });
  const [a, b] = [tokens.first(), tokens.first()];
  const lineage = [
    a,
    b,
    tokens.successorOf(a),
    tokens.successorOf(b),
    tokens.successorOf(tokens.successorOf(a)),
  ];
  expect(new Set(lineage).size).toBe(5);
  for (const token of lineage) expect(token).toMatch(/^qgr_[\w-]{43}$/);
});
