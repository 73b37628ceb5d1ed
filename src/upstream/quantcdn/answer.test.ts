import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAmbiguous } from '../failure.ts';
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
import type { QuantCdnClient } from './client.ts';
import { alice, bob, errorOf, type Setup, setUp, TIMEOUT_MS, TOKEN } from './setup.test-support.ts';

const id = '7d1f0c52-3f0e-4a37-9a55-0f6a2f1f7e01';
const other = '2b0f3a0e-7f52-4f0d-8c44-5f8b9f1f0a11';

let server: ScriptedServer;
let setup: Setup;
let client: QuantCdnClient;
beforeEach(async () => {
  server = await startScriptedServer();
  setup = setUp(server.url, Date.now());
  client = setup.upstream.client(alice, 'interactive');
});
afterEach(async () => {
  await setup.upstream.close();
  await server.close();
});

const task = json({ taskId: id, title: 't', status: 'pending' });

function page(status: number): Reply {
  return text('<html>trouble</html>', status);
}

function said(status: number, message = 'No.'): Reply {
  return json({ error: true, message }, status);
}

function create() {
  return client.createTask({ title: 't' });
}

test('a request carries the token, the version and nothing more', async () => {
  server.script(task);
  await client.readTask(id);
  expect(server.requests[0]).toMatchObject({
    method: 'GET',
    path: `/api/v3/organizations/acme/ai/tasks/${id}`,
    body: '',
    headers: { authorization: `Bearer ${TOKEN}`, 'user-agent': 'quantgate/1.2.3' },
  });
  expect(server.requests[0]?.headers).not.toHaveProperty('content-type');
});

describe('failures of a read', () => {
  const attempts = 3;
  test.each<[string, Reply, string, number]>([
    ['500', page(500), 'UPSTREAM_UNAVAILABLE', attempts],
    ['500 with JSON', said(500), 'UPSTREAM_UNAVAILABLE', attempts],
    ['502', page(502), 'UPSTREAM_UNAVAILABLE', attempts],
    ['504', text('', 504), 'UPSTREAM_UNAVAILABLE', attempts],
    ['reset', reset, 'UPSTREAM_UNAVAILABLE', attempts],
    ['bare 503', said(503), 'UPSTREAM_THROTTLED', attempts],
    ['503 with a time', text('', 503, { 'retry-after': '30' }), 'UPSTREAM_THROTTLED', 1],
    ['429', page(429), 'UPSTREAM_THROTTLED', 1],
    ['401', page(401), 'CREDENTIAL_REJECTED', 1],
    ['403', said(403), 'CREDENTIAL_REJECTED', 1],
    ['403 of HTML', page(403), 'CREDENTIAL_REJECTED', 1],
    ['404', said(404), 'NOT_FOUND', 1],
    ['404 of HTML', page(404), 'NOT_FOUND', 1],
    ['404 of nothing', text('', 404), 'NOT_FOUND', 1],
    ['400', said(400), 'UPSTREAM_REJECTED', 1],
    ['405', page(405), 'UPSTREAM_REJECTED', 1],
    ['409', said(409), 'UPSTREAM_REJECTED', 1],
    ['HTML', page(200), 'UPSTREAM_BAD_RESPONSE', 1],
    ['nothing', text('', 204), 'UPSTREAM_BAD_RESPONSE', 1],
    ['redirect', text('', 302, { location: '/login' }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['gzip', text(gzipSync('{}'), 200, { 'content-encoding': 'gzip' }), 'UPSTREAM_BAD_RESPONSE', 1],
    ['too large', text(`"${'x'.repeat(100_001)}"`), 'UPSTREAM_BAD_RESPONSE', 1],
    ['too deep', text('['.repeat(90_000)), 'UPSTREAM_BAD_RESPONSE', 1],
    ['a list', json([{ taskId: id }]), 'UPSTREAM_BAD_RESPONSE', 1],
    ['null', json(null), 'UPSTREAM_BAD_RESPONSE', 1],
    ['an empty object', json({}), 'UPSTREAM_BAD_RESPONSE', 1],
    ['an error under 200', said(200), 'UPSTREAM_BAD_RESPONSE', 1],
    ['another task', json({ taskId: other, title: 't' }), 'UPSTREAM_BAD_RESPONSE', 1],
  ])('%s', async (_name, reply, code, sent) => {
    server.script(reply);
    expect(await errorOf(client.readTask(id))).toMatchObject({ code });
    expect(server.requests).toHaveLength(sent);
  });

  test('a single 500 is retried', async () => {
    server.script(page(500), task);
    expect(await client.readTask(id)).toMatchObject({ id });
  });

  test('a 404 of a call without an id is no missing task', async () => {
    server.script(said(404, 'Organisation not found'));
    const refusal = { code: 'UPSTREAM_REJECTED', details: { upstreamErrors: ['Organisation not found'] } };
    for (const ask of [() => client.listTasks({}), () => client.readGraph('a'), create])
      expect(await errorOf(ask())).toMatchObject(refusal);
  });

  test('a throttle has its retry time', async () => {
    server.script(text('', 429, { 'retry-after': '45' }));
    expect(await errorOf(client.readTask(id))).toMatchObject({ details: { retryAfter: 45 } });
    server.script(page(429));
    const others = setup.upstream.client(bob, 'interactive');
    expect(await errorOf(others.readTask(id))).toMatchObject({ details: { retryAfter: 20 } });
  });
});

describe('mutations', () => {
  test.each<[string, Reply, string, boolean]>([
    ['reset', reset, 'UPSTREAM_UNAVAILABLE', true],
    ['500', said(500), 'UPSTREAM_UNAVAILABLE', true],
    ['502', page(502), 'UPSTREAM_UNAVAILABLE', true],
    ['bare 503', said(503), 'UPSTREAM_THROTTLED', true],
    ['HTML', page(201), 'UPSTREAM_BAD_RESPONSE', true],
    ['redirect', page(302), 'UPSTREAM_BAD_RESPONSE', true],
    ['a receipt without an id', json({ title: 't' }, 201), 'UPSTREAM_BAD_RESPONSE', true],
    ['a receipt of no id', json({ taskId: '../x' }, 201), 'UPSTREAM_BAD_RESPONSE', true],
    ['an error under 200', json({ error: true, taskId: id }), 'UPSTREAM_BAD_RESPONSE', true],
    ['429', page(429), 'UPSTREAM_THROTTLED', false],
    ['503 with a time', text('', 503, { 'retry-after': '9' }), 'UPSTREAM_THROTTLED', false],
    ['400', said(400), 'UPSTREAM_REJECTED', false],
    ['422', text('No.', 422), 'UPSTREAM_REJECTED', false],
    ['409', said(409), 'UPSTREAM_REJECTED', false],
    ['404', page(404), 'UPSTREAM_REJECTED', false],
    ['401', page(401), 'CREDENTIAL_REJECTED', false],
    ['403', said(403), 'CREDENTIAL_REJECTED', false],
    ['403 of text', text('Forbidden', 403), 'CREDENTIAL_REJECTED', false],
    ['403 of a firewall', page(403), 'UPSTREAM_REJECTED', false],
  ])('a create answered by %s is sent once: %s, ambiguous: %s', async (_name, reply, code, ambiguous) => {
    server.script(reply, json({ taskId: id }, 201));
    const error = await errorOf(create());
    expect(error).toMatchObject({ code });
    expect(isAmbiguous(error)).toBe(ambiguous);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['drips', drip],
    ['never comes', hang],
  ])('a create whose answer %s is ambiguous after its time', async (_name, reply) => {
    server.script(reply);
    const ended = errorOf(create());
    await expect.poll(() => server.requests.length).toBe(1);
    await setup.clock.advance(TIMEOUT_MS);
    expect(await ended).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(isAmbiguous(await ended)).toBe(true);
  });

  test('a create does not use the connection of a read', async () => {
    server.script(json({ tasks: [] }), json({ taskId: id }, 201));
    await client.listTasks({});
    await setImmediate();
    await create();
    expect(server.connections()).toBe(2);
  });

  test('a create on a refused connection is a definite failure', async () => {
    await server.close();
    const error = await errorOf(create());
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(error)).toBe(false);
  });

  test.each<[string, Reply, string[]]>([
    ['reset', reset, [id]],
    ['bare 503', page(503), [id]],
  ])('a delete repeated after %s counts a 404 as done', async (_name, reply, ids) => {
    server.script(reply, said(404));
    expect(await client.deleteTask(id, true)).toEqual(ids);
    expect(server.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
      `DELETE ${id}?cascade=true`,
      `DELETE ${id}?cascade=true`,
    ]);
  });

  test.each<[string, unknown, string[]]>([
    ['nothing', {}, [id]],
    ['text', { deletedTaskIds: JSON.stringify([other]) }, [id, other]],
    ['itself in capitals', { deletedTaskIds: [id.toUpperCase()] }, [id.toUpperCase()]],
    ['odd elements', { deletedTaskIds: { 0: id, 1: null, 2: 'a b' } }, [id]],
  ])('a delete returns the deleted ids, of %s too', async (_name, receipt, ids) => {
    server.script(json(receipt));
    expect(await client.deleteTask(id, true)).toEqual(ids);
  });

  test('a delete that says it deleted nothing did not', async () => {
    server.script(json({ deleted: false, deletedCount: 0 }));
    expect(await errorOf(client.deleteTask(id, false))).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
  });

  test('dependents are named in any form of the body', async () => {
    server.script(json({ dependentTaskIds: `["${other}"]`, message: `Token ${TOKEN}` }, 409));
    expect(await errorOf(client.deleteTask(id, false))).toMatchObject({
      code: 'CONFLICT',
      message: 'Token [redacted]',
      details: { dependentTaskIds: [other] },
    });
    server.script(page(409));
    expect(await errorOf(client.deleteTask(id, false))).toMatchObject({
      code: 'CONFLICT',
      message: 'Other tasks depend on this one',
      details: { dependentTaskIds: [] },
    });
  });
});

test('an invalid id or path part is refused without a call', async () => {
  for (const bad of ['', '..', 'a/b', 'ä', '%2e', 'x'.repeat(129)]) {
    const asked = [client.readTask(bad), client.updateTask(bad, {}), client.deleteTask(bad, false)];
    for (const answer of asked) expect(await errorOf(answer)).toMatchObject({ code: 'NOT_FOUND' });
  }
  for (const bad of ['', '.', '..', '\udc00'])
    expect(await errorOf(client.readGraph(bad))).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(server.requests).toHaveLength(0);
});

describe('messages of the upstream', () => {
  test.each<[string, Reply, string[]]>([
    ['message', json({ error: 'BAD', message: 'Bad title.' }, 400), ['Bad title.']],
    ['messages', json({ error: true, message: ['One.', 7, 'Two.'] }, 400), ['One.', 'Two.']],
    ['code', json({ error: 'BAD_REQUEST' }, 400), ['BAD_REQUEST']],
    ['an empty message', json({ message: ' ', error: 'BAD' }, 422), ['BAD']],
    ['text', text('Bad title.', 400), ['Bad title.']],
    ['JSON text', json('Bad title.', 400), ['Bad title.']],
    ['true', json({ error: true }, 400), []],
    ['HTML', page(400), []],
    ['nothing', text('', 400), []],
    ['a list', json([{ message: 'x' }], 400), []],
    ['a secret', json({ message: `You sent ${TOKEN} to /srv/www/api.php` }, 400), ['You sent [redacted] to']],
  ])('%s', async (_name, reply, upstreamErrors) => {
    server.script(reply);
    expect(await errorOf(create())).toMatchObject({ code: 'UPSTREAM_REJECTED', details: { upstreamErrors } });
  });

  test('nothing listed, printed or logged holds the token, even if the upstream repeats it', async () => {
    // Of no shape that redaction knows by itself.
    const credential = { ...alice, apiToken: 'short-token' };
    // Its 429s halve the budget.
    const ample = setUp(server.url, undefined, { burst: 1_000 });
    const own = ample.upstream.client(credential, 'interactive');
    const echo = { message: 'You are short-token', error: 'short-token', taskIds: ['short-token x', null] };
    const errors = [];
    for (const status of [200, 400, 401, 403, 404, 409, 429, 500, 302]) {
      server.script(json(echo, status));
      errors.push(
        await errorOf(own.listTasks({ taskListId: 'x' })),
        await errorOf(own.deleteTask(id, false)),
      );
      server.script(text('short-token', status));
      errors.push(await errorOf(own.createTask({ title: 't' })));
    }
    const shown = inspect([own, ample.upstream, errors, ample.notices], { depth: 20, showHidden: true });
    expect(shown + JSON.stringify([errors, ample.notices])).not.toContain('short-token');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer short-token');
    await ample.upstream.close();
  });
});

describe('sharing and limits', () => {
  test('equal reads in flight share a call per credential, token and question', async () => {
    server.script(json({ tasks: [] }));
    const list = (credential = alice, query = {}) =>
      setup.upstream.client(credential, 'interactive').listTasks(query);
    await Promise.all(Array.from({ length: 8 }, () => list()));
    expect(server.requests).toHaveLength(1);
    await Promise.all([
      list(),
      list(bob),
      list({ ...alice, apiToken: 'new' }),
      list(alice, { rawStatus: 'failed' }),
    ]);
    expect(server.requests).toHaveLength(5);
    await Promise.all([list(), list({ ...alice, organisation: 'globex' })]);
    expect(server.requests).toHaveLength(7);
  });

  test('a caller who leaves does not end a shared read', async () => {
    let answer: (() => void) | undefined;
    server.script((response, request) => {
      answer = () => task(response, request);
    });
    const abort = new AbortController();
    const leaving = errorOf(setup.upstream.client(alice, 'interactive', abort.signal).readTask(id));
    const staying = client.readTask(id);
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort(new Error('left'));
    expect(await leaving).toMatchObject({ message: 'left' });
    answer?.();
    expect(await staying).toMatchObject({ id });
  });

  test('each credential has its own budget', async () => {
    const small = setUp(server.url, Date.now(), { ratePerSecond: 0.01, burst: 2 });
    const list = (credential = alice) => small.upstream.client(credential, 'interactive').listTasks({});
    server.script(json({ tasks: [] }));
    await list();
    await list();
    expect(await errorOf(list())).toMatchObject({ code: 'RATE_LIMITED' });
    await list(bob);
    expect(server.requests).toHaveLength(3);
    await small.upstream.close();
  });
});
