import { expect, test } from 'vitest';
import { fromDriver, isConnectionLost, isStoreUnavailable } from './unavailable.ts';

function failure(code: string, message = 'failed'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENOTFOUND',
  '08006',
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '25006',
])('%s: unavailable, and the connection is lost', (code) => {
  expect(isConnectionLost(failure(code))).toBe(true);
  expect(isStoreUnavailable(fromDriver(failure(code)))).toBe(true);
});

test.each([
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
])('the driver message "%s" means unavailable', (message) => {
  expect(isStoreUnavailable(fromDriver(new Error(message)))).toBe(true);
});

test.each(['40001', '40P01', '53300', '55P03', '57014'])(
  '%s: unavailable, and the connection stays usable',
  (code) => {
    expect(isConnectionLost(failure(code))).toBe(false);
    expect(isStoreUnavailable(fromDriver(failure(code)))).toBe(true);
  },
);

test.each(['23505', '42P01', '28P01', '3D000', '22021', 'ERR_INVALID_ARG_TYPE'])(
  '%s is a mistake in the query and is thrown unchanged',
  (code) => {
    const mistake = failure(code);
    expect(isConnectionLost(mistake)).toBe(false);
    expect(fromDriver(mistake)).toBe(mistake);
  },
);

test('StoreUnavailable keeps the error of the driver as its cause', () => {
  const cause = failure('57P01', 'terminating connection due to administrator command');
  expect(fromDriver(cause)).toMatchObject({
    code: 'UNAVAILABLE',
    details: { retryAfter: 2 },
    cause,
  });
  expect(fromDriver('not even an error')).toBe('not even an error');
});
