import { expect, test } from 'vitest';
import { createRunningOperations } from './limits.ts';

test('one operation more than the limit of its kind is RATE_LIMITED, and the other kind is not affected', () => {
  const operations = createRunningOperations(2);
  const active = { a: null, b: null, c: null };
  operations.add('a', 'subscription', active);
  operations.add('b', 'subscription', active);
  expect(() => operations.add('c', 'subscription', active)).toThrow('Too many subscriptions on this socket');
  operations.add('c', 'query', active);
  expect(operations.unanswered()).toEqual([{ id: 'c', type: 'query' }]);
});

test('an operation that the client has completed does not count', () => {
  const operations = createRunningOperations(1);
  operations.add('a', 'subscription', { a: null });
  operations.add('b', 'subscription', { b: null });
  expect(() => operations.add('c', 'subscription', { b: null, c: null })).toThrow('Too many subscriptions');
});

test('onceAnswered waits for requests, not for subscriptions', () => {
  const operations = createRunningOperations(2);
  const calls: string[] = [];
  operations.onceAnswered(() => calls.push('idle'));
  operations.add('a', 'subscription', { a: null });
  operations.add('b', 'query', { b: null });
  operations.add('c', 'mutation', { b: null, c: null });
  operations.onceAnswered(() => calls.push('answered'));
  operations.remove('a');
  operations.remove('b');
  expect(calls).toEqual(['idle']);
  operations.remove('c');
  expect(calls).toEqual(['idle', 'answered']);
});
