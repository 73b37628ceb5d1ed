import { afterEach, expect, test } from 'vitest';
import { sign } from './client.fixture.ts';
import { type Simulator, type SimulatorOptions, seededAccount, startSimulator } from './index.ts';

let sim: Simulator;
afterEach(() => sim.close());

async function start(options: SimulatorOptions) {
  sim = await startSimulator({ manualClock: true, ...options });
}
function authenticate(headers: Record<string, string>, method = 'POST') {
  return fetch(`${sim.url}/authenticate`, { method, headers });
}
const organizations = [{ id: 'f'.repeat(32) }];

// docs/upstream/quantconnect.md, Test vectors: computed with another implementation.
const vectors = [
  {
    userId: '12345',
    apiToken: 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789',
    timestamp: '1700000000',
    authorization:
      'Basic MTIzNDU6YTVhNWIwOGNhYWNjMDE4ZmQwNTEzODkzY2IxMWNmYmExNDhmNWVmOWVkODBiOTU0ODkwNjkwODRhZDk0MTkzNQ==',
  },
  {
    userId: '1',
    apiToken: 'token',
    timestamp: '1',
    authorization:
      'Basic MTpiMGIyMDZkYjk2NTZiMjE5YTZkN2I0ZTI5ZjE3MThhNTFhODJjODUzOTlhNWJmYjRhN2JjODI3ZDFiNTRjMWU3',
  },
  {
    userId: '987654',
    apiToken: 'S3cr3t:with:colons-é',
    timestamp: '1767225600',
    authorization:
      'Basic OTg3NjU0OmFkNTI0MjE4MzkwN2UyZjNiZWFhNjM2YjAyYTIyN2ExMTA2OTBhNzRiZGUxM2ZiMTJiZTU4MWRmMmZkOTIyOWU=',
  },
];

test.each(vectors)('the signature of user $userId at $timestamp is accepted', async (vector) => {
  const { userId, apiToken, timestamp, authorization } = vector;
  await start({ startMs: Number(timestamp) * 1_000, accounts: [{ userId, apiToken, organizations }] });
  const response = await authenticate({ authorization, timestamp });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ success: true, errors: [] });
});

const nowSeconds = 1_767_225_600;
const token = seededAccount.apiToken;
function signed(offsetSeconds: number) {
  return sign('12345', token, nowSeconds + offsetSeconds);
}
async function status(headers: Record<string, string>) {
  return (await authenticate(headers)).status;
}

test('a signature is valid for 7200 s, and up to the allowed skew ahead', async () => {
  await start({ startMs: nowSeconds * 1_000, behavior: { maxFutureSkewSeconds: 60 } });
  expect(await status(signed(-7_200))).toBe(200);
  expect(await status(signed(-7_201))).toBe(401);
  expect(await status(signed(60))).toBe(200);
  expect(await status(signed(61))).toBe(401);
});

test('anything but the exact signature is refused', async () => {
  await start({ startMs: nowSeconds * 1_000 });
  const good = signed(0);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const hash = Buffer.from(good.authorization!.slice(6), 'base64').toString().slice(6);
  expect(await status(good)).toBe(200);
  expect(await status({ ...good, timestamp: String(nowSeconds + 1) })).toBe(401);
  expect(await status({ ...good, timestamp: `${nowSeconds}.0` })).toBe(401);
  expect(await status({ authorization: good.authorization! })).toBe(401);
  expect(await status({ timestamp: good.timestamp! })).toBe(401);
  expect(await status(sign('12345', `${token}0`, nowSeconds))).toBe(401);
  expect(await status(sign('12346', token, nowSeconds))).toBe(401);
  expect(await status({ ...good, authorization: basic(`12345:${hash.toUpperCase()}`) })).toBe(401);
  expect(await status({ ...good, authorization: basic(`12345:${hash.slice(1)}`) })).toBe(401);
  expect(await status({ ...good, authorization: basic(`12345:${hash} `) })).toBe(401);
  expect(await status({ ...good, authorization: good.authorization!.replace('Basic', 'Bearer') })).toBe(401);
});

test('refused credentials come in three shapes', async () => {
  await start({ startMs: nowSeconds * 1_000 });
  const wrong = sign('12345', 'wrong', nowSeconds);

  const unauthorized = await authenticate(wrong);
  expect(unauthorized.status).toBe(401);
  expect(unauthorized.headers.get('www_authenticate')).toContain('Basic');
  expect(await unauthorized.text()).toBe('');

  sim.control.setBehavior({ authFailure: 'hash200' });
  const hash = Buffer.from(wrong.authorization!.slice(6), 'base64').toString().slice(6);
  const mismatch = await authenticate(wrong);
  expect(mismatch.status).toBe(200);
  expect(await mismatch.json()).toEqual({
    errors: [`Hash doesn't match. UID: 12345 Hash: ${hash} Timestamp: '${nowSeconds}'`],
    success: false,
  });
  const bare = await (await authenticate({ authorization: wrong.authorization! })).json();
  expect(bare).toMatchObject({ errors: [expect.stringMatching(/Timestamp: ''$/)] });

  sim.control.setBehavior({ authFailure: 'http500' });
  expect(await status(wrong)).toBe(500);
});

test('GET works, repeated slashes collapse, and other routes are HTML', async () => {
  await start({ startMs: nowSeconds * 1_000 });
  expect((await authenticate(signed(0), 'GET')).status).toBe(200);
  const doubled = await fetch(`${sim.url}//authenticate`, { method: 'POST', headers: signed(0), body: '{}' });
  expect(await doubled.json()).toEqual({ success: true, errors: [] });

  const unknown = await fetch(`${sim.url}/agents/fly`, { method: 'POST', headers: signed(0) });
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get('content-type')).toContain('text/html');
  const read = await fetch(`${sim.url}/agents/read`, { headers: signed(0) });
  expect(read.status).toBe(404);
});

test('a client can learn from Date that its clock is wrong', async () => {
  await start({ startMs: nowSeconds * 1_000, clockSkewMs: 86_400_000 });
  const refused = await authenticate(signed(0));
  expect(refused.status).toBe(401);
  const dateSeconds = Date.parse(refused.headers.get('date') ?? '') / 1_000;
  expect(dateSeconds).toBe(nowSeconds + 86_400);
  expect(await status(sign('12345', token, dateSeconds))).toBe(200);
});

test('a replaced or removed account is refused', async () => {
  await start({ startMs: nowSeconds * 1_000 });
  sim.control.addAccount({ ...seededAccount, apiToken: 'rotated' });
  expect(await status(signed(0))).toBe(401);
  expect(await status(sign('12345', 'rotated', nowSeconds))).toBe(200);
  sim.control.removeAccount('12345');
  expect(await status(sign('12345', 'rotated', nowSeconds))).toBe(401);
});
