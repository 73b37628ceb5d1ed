import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ErrorShape, type Simulator, seededQuantCdnToken } from './index.ts';
import { type CdnClient, cdnClientOf, DAY_MS, nobody, START_MS, stillCdn } from './quantcdn.fixture.ts';

let sim: Simulator;
let client: CdnClient;
beforeEach(async () => {
  ({ sim, client } = await stillCdn());
});
afterEach(() => sim.close());

const EVERY_OPERATION = [
  ['POST', ''],
  ['GET', ''],
  ['GET', `/${nobody}`],
  ['PUT', `/${nobody}`],
  ['DELETE', `/${nobody}`],
  ['GET', '/a/dependency-graph'],
] as const;

function knock(authorization?: string) {
  return fetch(`${sim.quantCdnUrl}/api/v3/organizations/acme/ai/tasks`, {
    headers: authorization === undefined ? {} : { authorization },
  });
}

test('every operation needs a known token', async () => {
  const stranger = cdnClientOf(sim, 'wrong');
  for (const [method, path] of EVERY_OPERATION)
    expect(await stranger.cdn(method, path, method === 'GET' ? undefined : {})).toEqual({
      status: 401,
      json: { error: true, message: 'Unauthenticated.' },
    });
  const { token } = seededQuantCdnToken;
  for (const header of [
    undefined,
    token,
    `Basic ${token}`,
    'Bearer',
    `Bearer ${token} x`,
    `Bearer ${token}x`,
  ]) {
    const response = await knock(header);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  }
  expect((await knock(`bearer ${token}`)).status).toBe(200);
});

test('every operation keeps to the organisations of its token', async () => {
  sim.quantcdn.addToken({ token: 'theirs', name: 'their token', organisations: ['globex'] });
  const taskId = await client.create();
  const intruder = cdnClientOf(sim, 'theirs');
  for (const [method, path] of EVERY_OPERATION)
    expect((await intruder.cdn(method, path, method === 'GET' ? undefined : {})).status).toBe(403);
  expect((await cdnClientOf(sim, undefined, 'nobody').cdn('GET')).status).toBe(403);
  const at = cdnClientOf(sim, 'theirs', 'globex');
  expect((await at.cdn('GET', `/${taskId}`)).status).toBe(404);
  expect(await at.well('GET')).toEqual({ tasks: [], count: 0 });
  const dependent = await at.create({ dependsOn: [taskId] });
  expect((await at.get(dependent)).orgId).toBe('globex');
  expect((await client.cdn('DELETE', `/${taskId}`)).status).toBe(200);
});

test('a token expires, lacks its scope, is replaced, is removed', async () => {
  const own = { name: 'own', organisations: ['acme'] };
  const status = async (token: string) => (await cdnClientOf(sim, token).cdn('GET')).status;
  sim.quantcdn.addToken({ ...own, token: 'one', expiresMs: START_MS + DAY_MS });
  expect(await status('one')).toBe(200);
  sim.clock.advance(DAY_MS);
  expect(await status('one')).toBe(401);
  sim.quantcdn.addToken({ ...own, token: 'one' });
  sim.quantcdn.addToken({ ...own, token: 'two', scopes: ['cdn:read'] });
  expect(await status('one')).toBe(401);
  expect(await status('two')).toBe(403);
  sim.quantcdn.addToken({ ...own, token: 'three', scopes: ['cdn:read', 'ai:use'] });
  expect(await status('three')).toBe(200);
  sim.quantcdn.removeToken('own');
  expect(await status('three')).toBe(401);
});

test.each([
  ['v2', 'application/json', '{"error":true,"message":"Task not found."}'],
  ['message', 'application/json', '{"message":"Task not found."}'],
  ['code', 'application/json', '{"error":"NOT_FOUND","message":"Task not found."}'],
  ['text', 'text/plain; charset=utf-8', 'Task not found.'],
  ['empty', 'application/json', ''],
] satisfies [ErrorShape, string, string][])('errors come in the shape %s', async (errorShape, type, body) => {
  sim.quantcdn.setBehavior({ errorShape });
  const response = await client.send('GET', `/${nobody}`);
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toBe(type);
  expect(await response.text()).toBe(body);
});

test('errors can be HTML pages', async () => {
  sim.quantcdn.setBehavior({ errorShape: 'html' });
  const response = await knock();
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect(await response.text()).toMatch(/^<!DOCTYPE html>.*Unauthenticated/);
});

test('other methods are 405, other paths a page', async () => {
  expect((await client.cdn('PATCH', `/${nobody}`, {})).status).toBe(405);
  expect((await client.cdn('DELETE')).status).toBe(405);
  expect((await client.cdn('POST', '/a/dependency-graph', {})).status).toBe(405);
  for (const path of ['/a/b/c', '/%E0%A4%A', '/a/dependency-graph/x']) {
    const response = await client.send('GET', path);
    expect([response.status, await response.text()]).toEqual([404, expect.stringMatching(/^<!DOCTYPE/)]);
  }
  expect((await client.cdn('GET', '/')).status).toBe(200);
});
