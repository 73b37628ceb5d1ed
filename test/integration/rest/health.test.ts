import { expect, test } from 'vitest';
import { bootAuthApp, createFakeHasher } from '../../support/auth-app.ts';

test('liveness is not readiness, which is checked at each request', async () => {
  let isReady = false;
  const checkReadiness = async () => ({ isReady, warnings: [] });
  await using gateway = await bootAuthApp({ hasher: createFakeHasher(), checkReadiness });
  const readyz = async () => {
    const response = await gateway.get('/readyz');
    return [response.statusCode, response.json()];
  };
  expect((await gateway.get('/healthz')).json()).toEqual({ status: 'ok' });
  expect(await readyz()).toEqual([503, { status: 'unavailable' }]);
  isReady = true;
  expect(await readyz()).toEqual([200, { status: 'ok' }]);
});

test('a readiness check that throws is a no, not an error page', async () => {
  const checkReadiness = async () => {
    throw new Error('the store is gone');
  };
  await using gateway = await bootAuthApp({ hasher: createFakeHasher(), checkReadiness });
  const response = await gateway.get('/readyz');
  expect([response.statusCode, response.json()]).toEqual([503, { status: 'unavailable' }]);
  expect(gateway.logLines.join('')).toContain('the store is gone');
});

test('warnings are in the body and do not change the status', async () => {
  const warnings = [{ name: 'redis', detail: 'Redis cannot be used' }];
  const checkReadiness = async () => ({ isReady: true, warnings });
  await using gateway = await bootAuthApp({ hasher: createFakeHasher(), checkReadiness });
  const response = await gateway.get('/readyz');
  expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok', warnings }]);
});
