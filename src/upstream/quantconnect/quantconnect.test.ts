import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts';
import { systemRandom } from '../../lib/random.ts';
import { isAmbiguous } from '../failure.ts';
import { CONNECTIONS } from '../policies/policies.test-support.ts';
import {
  drip,
  hang,
  json,
  type Reply,
  reset,
  type ScriptedServer,
  startScriptedServer,
  text,
} from '../scripted-server.test-support.ts';
import type { QuantConnectClient, QuantConnectCredential } from './client.ts';
import { createQuantConnect, type QuantConnect } from './quantconnect.ts';
import { sign } from './sign.ts';

const TIMEOUT_MS = 10_000;
const TOKEN = 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789';
const alice: QuantConnectCredential = {
  ownerId: 'alice',
  credentialId: 'alice',
  userId: '12345',
  apiToken: TOKEN,
};
const bob: QuantConnectCredential = { ownerId: 'bob', credentialId: 'bob', userId: '678', apiToken: 'other' };

let server: ScriptedServer;
let clock: ManualClock;
let upstream: QuantConnect;
let client: QuantConnectClient;

beforeEach(async () => {
  server = await startScriptedServer();
  // Now: the server dates its answers itself, and skew is a test of its own.
  clock = createManualClock(Date.now());
  upstream = createQuantConnect({
    baseUrl: `${server.url}/api/v2`,
    timeoutMs: TIMEOUT_MS,
    maxBytes: 100_000,
    ratePerSecond: 5,
    burst: 20,
    ...CONNECTIONS,
    clock,
    // No jitter: retries follow at once.
    random: { ...systemRandom, fraction: () => 0 },
    version: '1.2.3',
  });
  client = upstream.client(alice, 'interactive');
});
afterEach(async () => {
  await upstream.close();
  await server.close();
});

function paths() {
  return server.requests.map(({ path }) => path.replace('/api/v2/', ''));
}

function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
}

const agent = json({ success: true, errors: [], agent: { id: 105, name: 'Heron' } });
const refusal = json({ success: false, errors: ['Nothing of that kind.'] });
const done = json({ success: true });

function status(code: number): Reply {
  return text('<html>trouble</html>', code);
}

const hashText = "Hash doesn't match. UID: 12345 Hash: a5a5b08caacc018fd0513893 Timestamp: '1700000000'";

test('signs every attempt afresh with the time it is sent at', async () => {
  server.script((response, request) => {
    void clock.advance(5_000);
    status(500)(response, request);
  }, agent);
  await client.readAgent('105');
  const stamps = server.requests.map(({ headers }) => Number(headers.timestamp));
  expect(stamps).toHaveLength(2);
  expect(stamps[1]! - stamps[0]!).toBe(5);
  for (const { headers } of server.requests)
    expect(headers.authorization).toBe(sign('12345', TOKEN, Number(headers.timestamp) * 1_000).authorization);
});

test('ids travel as integers in the body, and the client says who it is', async () => {
  server.script(agent);
  expect(await client.readAgent('105')).toMatchObject({ id: '105', name: 'Heron' });
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    path: '/api/v2/agents/read',
    body: '{"agentId":105}',
    headers: { 'user-agent': 'quantgate/1.2.3', 'content-type': 'application/json' },
  });
});

test('nothing that can be listed or printed of a client holds the token', async () => {
  server.script(status(500));
  const error = await errorOf(client.readAgent('105'));
  const shown = inspect([client, upstream, error], { depth: 20, showHidden: true }) + JSON.stringify(error);
  expect(shown).not.toContain(TOKEN);
  expect(shown).not.toContain(String(server.requests[0]?.headers.authorization));
});

describe('failures of a read', () => {
  const calls = 3;
  test.each<[string, Reply, string, number]>([
    ['500', status(500), 'UPSTREAM_UNAVAILABLE', calls],
    ['500 with JSON', json({ success: false, errors: ['Oops'] }, 500), 'UPSTREAM_UNAVAILABLE', calls],
    ['502', status(502), 'UPSTREAM_UNAVAILABLE', calls],
    ['504', status(504), 'UPSTREAM_UNAVAILABLE', calls],
    ['reset', reset, 'UPSTREAM_UNAVAILABLE', calls],
    ['bare 503', status(503), 'UPSTREAM_THROTTLED', calls],
    ['503 with a time', text('', 503, { 'retry-after': '30' }), 'UPSTREAM_THROTTLED', 1],
    ['429', status(429), 'UPSTREAM_THROTTLED', 1],
    [
      'throttle text',
      json({ success: false, errors: ['Too many backtest requests; please slow down.'] }),
      'UPSTREAM_THROTTLED',
      1,
    ],
    [
      'capacity text',
      json({ success: false, errors: ['Sorry, no spare nodes available'] }),
      'UPSTREAM_NO_CAPACITY',
      1,
    ],
    ['401', text('', 401, { www_authenticate: 'Basic' }), 'CREDENTIAL_REJECTED', 1],
    ['hash text at 200', json({ errors: [hashText], success: false }), 'CREDENTIAL_REJECTED', 1],
    ['hash text at 500', json({ errors: [hashText], success: false }, 500), 'CREDENTIAL_REJECTED', 1],
    ['success: false', refusal, 'NOT_FOUND', 1],
    ['404 in JSON', json({ success: false, errors: ['No'] }, 404), 'NOT_FOUND', 1],
    ['HTML at 200', status(200), 'UPSTREAM_BAD_RESPONSE', 1],
    ['HTML at 404', status(404), 'UPSTREAM_BAD_RESPONSE', 1],
    ['redirect', text('', 302, { location: '/login' }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['gzip', text('{}', 200, { 'content-encoding': 'gzip' }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['too large', text(`"${'x'.repeat(100_001)}"`), 'UPSTREAM_BAD_RESPONSE', 1],
    ['too deep', text(`${'['.repeat(100_000)}`), 'UPSTREAM_BAD_RESPONSE', 1],
    ['not an object', json([1, 2]), 'UPSTREAM_BAD_RESPONSE', 1],
    ['null', json(null), 'UPSTREAM_BAD_RESPONSE', 1],
    ['no agent', json({ success: true }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['an agent that is none', json({ success: true, agent: 'Heron' }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['success at 400', json({ success: true, agent: { id: 1 } }, 400), 'UPSTREAM_BAD_RESPONSE', 1],
    ['nothing', json({}), 'UPSTREAM_BAD_RESPONSE', 1],
  ])('%s', async (_name, reply, code, attempts) => {
    server.script(reply);
    expect(await errorOf(client.readAgent('105'))).toMatchObject({ code });
    expect(server.requests).toHaveLength(attempts);
  });

  test('a single 500 is retried', async () => {
    server.script(status(500), agent);
    expect(await client.readAgent('105')).toMatchObject({ id: '105' });
  });

  test('a throttle has its retry time', async () => {
    server.script(text('', 429, { 'retry-after': '45' }));
    expect(await errorOf(client.readAgent('105'))).toMatchObject({ details: { retryAfter: 45 } });
    server.script(status(429));
    const other = upstream.client(bob, 'interactive');
    expect(await errorOf(other.readAgent('105'))).toMatchObject({ details: { retryAfter: 20 } });
  });

  test('a refused list keeps the words of the upstream, redacted', async () => {
    server.script(json({ success: false, messages: [`No access for UID: 12345 in /var/www/api.php`] }));
    const error = await errorOf(client.listAgents('org'));
    expect(error).toMatchObject({ code: 'UPSTREAM_REJECTED' });
    expect(inspect(error)).not.toMatch(/12345|var\/www/);
    expect(error).toMatchObject({ details: { upstreamErrors: [expect.stringContaining('No access')] } });
  });

  test('a refused signature shows nothing of it', async () => {
    server.script(json({ errors: [hashText], success: false }));
    expect(inspect(await errorOf(client.readAgent('105')), { depth: 9 })).not.toMatch(/UID|a5a5b08c/);
  });
});

describe('mutations', () => {
  const create = () =>
    client.createTask({ organizationId: 'o', agentId: '47', name: 'n', prompt: 'p', projectPreference: 'x' });

  test.each<[string, Reply, boolean]>([
    ['reset', reset, true],
    ['500', status(500), true],
    ['502', status(502), true],
    ['bare 503', status(503), true],
    ['HTML at 200', status(200), true],
    ['redirect', status(302), true],
    ['success without a task', json({ success: true }), true],
    ['429', status(429), false],
    ['503 with a time', text('', 503, { 'retry-after': '9' }), false],
    ['success: false', refusal, false],
    ['no capacity', json({ success: false, errors: ['no spare nodes available'] }), false],
    ['401', status(401), false],
    ['HTML at 404', status(404), false],
  ])('a create answered by %s is sent once; ambiguous: %s', async (_name, reply, ambiguous) => {
    server.script(reply, done);
    expect(isAmbiguous(await errorOf(create()))).toBe(ambiguous);
    expect(paths()).toEqual(['agents/tasks/create']);
  });

  test('a prompt and an update do not use the connection of a read; a stop does', async () => {
    server.script(agent, done);
    await client.readAgent('105');
    await setImmediate();
    await client.stopDeployment('A-1');
    expect(server.connections()).toBe(1);
    await setImmediate();
    await client.promptDeployment('A-1', 'Go on.');
    expect(server.connections()).toBe(2);
    await setImmediate();
    await client.updateTask('1', { name: 'x' });
    expect(server.connections()).toBe(2);
  });

  test('a create whose answer drips is ambiguous after the deadline', async () => {
    server.script(drip);
    const ended = errorOf(create());
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(TIMEOUT_MS);
    expect(await ended).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(isAmbiguous(await ended)).toBe(true);
  });

  test('a create on a refused connection is a definite failure', async () => {
    await server.close();
    const error = await errorOf(create());
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(error)).toBe(false);
  });

  test('an invalid id is refused without a call', async () => {
    expect(await errorOf(client.readAgent('../1'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await errorOf(client.readDeployment('a b'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await errorOf(
        client.createTask({ organizationId: 'o', agentId: 'x', name: '', prompt: '', projectPreference: '' }),
      ),
    ).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(server.requests).toHaveLength(0);
  });

  test('a deployment has its own id, else that of debug; without both the answer is lost', async () => {
    server.script(
      json({ success: true, deployment: { deploymentId: 'A-1', status: 'InQueue' }, debug: { id: 'A-2' } }),
      json({ success: true, debug: { id: 'A-2' } }),
      json({ success: true, deployment: [], debug: [] }),
    );
    expect(await client.createDeployment('332')).toMatchObject({ id: 'A-1', status: 'QUEUED' });
    expect(await client.createDeployment('332')).toMatchObject({
      id: 'A-2',
      status: 'UNKNOWN',
      taskId: null,
    });
    const lost = await errorOf(client.createDeployment('332'));
    expect(lost).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    expect(isAmbiguous(lost)).toBe(true);
  });

  test('a refused change is NOT_FOUND for a missing object, else UPSTREAM_REJECTED', async () => {
    server.script(refusal, refusal);
    expect(await errorOf(client.updateTask('1', { name: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
    server.script(refusal, agent);
    expect(await errorOf(client.updateAgent('105', { name: 'x' }))).toMatchObject({
      code: 'UPSTREAM_REJECTED',
      details: { upstreamErrors: ['Nothing of that kind.'] },
    });
    expect(paths()).toEqual(['agents/tasks/update', 'agents/tasks/read', 'agents/update', 'agents/read']);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['read', () => client.readAgent('105')],
    ['stop', () => client.stopDeployment('A-1')],
  ])('a %s that times out is sent once more, within the deadline of the call', async (_what, send) => {
    server.script(hang);
    const ended = errorOf(send());
    for (const attempts of [1, 2]) {
      await expect.poll(() => server.requests.length).toBe(attempts);
      await clock.advance(TIMEOUT_MS);
    }
    expect(await ended).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(server.requests).toHaveLength(2);

    server.script(hang, agent);
    const answered = errorOf(send());
    await expect.poll(() => server.requests.length).toBe(3);
    await clock.advance(TIMEOUT_MS);
    expect(await answered).toBe('no error');
  });

  test('a delete is repeated, and a missing object after a lost answer means done', async () => {
    server.script(reset, refusal, refusal);
    await client.deleteTask('332');
    expect(paths()).toEqual(['agents/tasks/delete', 'agents/tasks/delete', 'agents/tasks/read']);
  });

  test('a missing object at the first attempt is NOT_FOUND', async () => {
    server.script(refusal, refusal);
    expect(await errorOf(client.deleteTask('332'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a stop refused after a lost answer is done when the deployment has ended', async () => {
    const ended = json({ success: true, deployment: { deploymentId: 'A-1', status: 'Stopped' } });
    server.script(status(502), refusal, ended);
    await client.stopDeployment('A-1');
    const running = json({ success: true, deployment: { deploymentId: 'A-1', status: 'Running' } });
    server.script(status(502), refusal, running);
    expect(await errorOf(client.stopDeployment('A-1'))).toMatchObject({ code: 'UPSTREAM_REJECTED' });
  });

  test("agent fields have the upstream's names; absent stays absent, and null is sent", async () => {
    server.script(done);
    await client.updateAgent('105', {
      model: null,
      useQcc: false,
      llmToken: { provider: 'anthropic', apiKey: 'sk-1' },
      chainedAgents: [{ agentId: '7', step: 1 }],
      subAgents: null,
      nodeId: '3',
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      agentId: 105,
      model: null,
      useQCC: false,
      token: { llmApiTokenUser: 'sk-1', llmProviderApi: 'anthropic' },
      chainedAgents: [{ agentId: 7, step: 1 }],
      subAgents: null,
      node: { id: 3 },
    });
  });
});

describe('sharing', () => {
  test('equal reads of one credential in flight are one call, two credentials two', async () => {
    server.script(agent);
    const other = upstream.client(bob, 'interactive');
    await Promise.all([...Array.from({ length: 8 }, () => client.readAgent('105')), other.readAgent('105')]);
    expect(server.requests).toHaveLength(2);
  });

  test('a replaced token joins no call that was signed with the old one', async () => {
    server.script(agent);
    const renewed = upstream.client({ ...alice, apiToken: 'new' }, 'interactive');
    await Promise.all([client.readAgent('105'), renewed.readAgent('105')]);
    expect(server.requests).toHaveLength(2);
  });

  test('a caller who leaves does not end a shared read; the last one does', async () => {
    let answer: (() => void) | undefined;
    server.script((response, request) => {
      answer = () => agent(response, request);
    });
    const abort = new AbortController();
    const leaving = errorOf(upstream.client(alice, 'interactive', abort.signal).readAgent('105'));
    const staying = client.readAgent('105');
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort(new Error('left'));
    expect(await leaving).toMatchObject({ message: 'left' });
    answer?.();
    expect(await staying).toMatchObject({ id: '105' });
  });
});

describe('the clock', () => {
  /** An upstream whose clock differs, and which takes only signatures of its own last minute. */
  const strict =
    (skewMs: number, dateSkewMs = skewMs): Reply =>
    (response, request) => {
      const date = { date: new Date(Date.now() + dateSkewMs).toUTCString() };
      const apartSeconds = Math.abs(Number(request.headers.timestamp) - (Date.now() + skewMs) / 1_000);
      if (apartSeconds <= 60) json({ success: true, agent: { id: 105 } }, 200, date)(response, request);
      else json({ success: false, errors: [hashText] }, 200, date)(response, request);
    };

  test.each([600_000, -600_000])('%s ms apart: one refusal, then it works', async (skewMs) => {
    server.script(strict(skewMs));
    expect(await client.readAgent('105')).toMatchObject({ id: '105' });
    expect(server.requests).toHaveLength(2);
    expect(Math.abs(upstream.clockOffsetMs() - skewMs)).toBeLessThan(2_000);
    expect(await client.readAgent('105')).toMatchObject({ id: '105' });
    expect(server.requests).toHaveLength(3);
  });

  test('a create refused for the clock is sent once more, because nothing was done', async () => {
    server.script(strict(600_000));
    await client.createAgent({ organizationId: 'o', name: 'n' });
    expect(server.requests).toHaveLength(2);
  });

  test('also refused with the corrected time, and never accepted: a clock failure', async () => {
    server.script(strict(99_000_000, 600_000));
    const error = await errorOf(client.readAgent('105'));
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: expect.stringContaining('clock') });
    expect(isAmbiguous(error)).toBe(false);
    expect(server.requests).toHaveLength(2);
  });

  test('once a corrected signature was accepted, a refused one is the credential', async () => {
    server.script(strict(600_000));
    await client.readAgent('105');
    server.script(text('', 401, { date: new Date(Date.now() + 600_000).toUTCString() }));
    expect(await errorOf(upstream.client(bob, 'poll').readAgent('1'))).toMatchObject({
      code: 'CREDENTIAL_REJECTED',
    });
  });
});

describe('authenticate', () => {
  test('resolves when accepted', async () => {
    server.script(done);
    await client.authenticate();
    expect(server.requests[0]).toMatchObject({ path: '/api/v2/authenticate', body: '{}' });
  });

  test.each<[string, Reply, string]>([
    ['401', status(401), 'CREDENTIAL_REJECTED'],
    ['hash text', json({ success: false, errors: [hashText] }), 'CREDENTIAL_REJECTED'],
    ['a lasting 500', status(500), 'CREDENTIAL_REJECTED'],
    ['502', status(502), 'UPSTREAM_UNAVAILABLE'],
    ['503', status(503), 'UPSTREAM_THROTTLED'],
    ['reset', reset, 'UPSTREAM_UNAVAILABLE'],
  ])('%s', async (_name, reply, code) => {
    server.script(reply);
    expect(await errorOf(client.authenticate())).toMatchObject({ code });
  });

  test('a single 500 is no refusal', async () => {
    server.script(status(500), done);
    await client.authenticate();
  });

  test('in an outage a lasting 500 rejects no credential', async () => {
    server.script(status(500));
    await errorOf(upstream.client(bob, 'interactive').readAgent('1'));
    expect(await errorOf(client.authenticate())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
