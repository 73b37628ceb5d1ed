import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { moveLogOn } from '../../support/log.ts';
import { signUpSecondUser } from '../../support/second-user.ts';
import { answerOf, openEvents } from '../../support/sse-client.ts';

interface Told {
  id: string;
  type: string;
  status: string;
}

/** What no log has given out. */
const FUTURE = String(Number.MAX_SAFE_INTEGER);

const run = promisify(execFile);

/** A user with a deployment of theirs. */
async function bootWithDeployment(options: Parameters<typeof bootGateway>[0] = {}) {
  const gateway = await bootGateway(options);
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  const token = ada.tokens.accessToken;
  const path = `/v1/deployments/${id}/events`;
  const url = `${gateway.url}${path}`;
  return {
    gateway,
    ada,
    taskId,
    id,
    token,
    path,
    url,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** Looks upstream until the deployment has ended. */
async function lookUntilEnded({ deps }: Gateway, id: string): Promise<void> {
  for (;;) {
    await deps.poller.tick();
    const row = await deps.store.db
      .selectFrom('deployments')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (row?.isTerminal) return;
  }
}

test('a JSON page of the log has the same fields as in GraphQL', async () => {
  await using running = await bootWithDeployment();
  const { ada, id, url, token, taskId } = running;
  await using stream = await openEvents(`${url}?untilTerminal=true`, token);
  await stream.events.rest();

  const page = await ada.request(`/v1/deployments/${id}/events`);
  const first = await ada.request(`/v1/deployments/${id}/events?first=1`);
  const { events, ...info } = (await page.json()) as { events: Told[]; endCursor: string };
  const { log } = await ada.ask<{ log: { nodes: Told[]; pageInfo: object } }>(
    `{ log: deploymentEvents(deploymentId: "${id}") {
      nodes { id type deploymentId taskId status previousStatus rawStatus occurredAt reason }
      pageInfo { endCursor hasNextPage }
    } }`,
  );

  expect(page.headers.get('content-type')).toMatch(/^application\/json/);
  expect(events).toEqual(log.nodes);
  expect(info).toEqual({ ...log.pageInfo, pageInfo: log.pageInfo });
  expect(await first.json()).toEqual({
    events: events.slice(0, 1),
    pageInfo: { hasNextPage: true, endCursor: events[0]?.id },
    endCursor: events[0]?.id,
    hasNextPage: true,
  });
  expect(await (await ada.request(`/v1/events?taskId=${taskId}&after=${events[0]?.id}`)).json()).toEqual({
    events: events.slice(1),
    ...info,
  });
});

test('the log, then new events, each with its cursor and its type', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { gateway, id, token, url } = running;
  await using stream = await openEvents(url, token);

  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': expect.any(String),
    'x-content-type-options': 'nosniff',
  });
  const replayed = await stream.next<Told>();
  const cursor = replayed.lastEventId;
  expect(replayed).toMatchObject({ event: 'CREATED', json: { id: cursor, deploymentId: id } });
  expect(stream.events.pending()).toEqual([]);

  await lookUntilEnded(gateway, id);
  const live = await stream.next<Told>();
  expect(live).toMatchObject({ event: 'STATUS_CHANGED', json: { id: live.lastEventId } });
  expect(Number(live.lastEventId)).toBeGreaterThan(Number(cursor));
  await using late = await openEvents(url, token);
  expect((await late.next()).lastEventId).toBe(cursor);
});

test('untilTerminal ends with `complete`, and a client that reconnects gets a 204', async () => {
  await using running = await bootWithDeployment();
  const { url, token, ada, id } = running;
  await using stream = await openEvents(`${url}?untilTerminal=true`, token);
  const received = (await stream.events.rest()).filter(({ comment }) => comment === undefined);
  const last = received.at(-2)?.lastEventId ?? '';
  const back = (cursor: string) =>
    answerOf(`${url}?untilTerminal=true`, token, { headers: { 'last-event-id': cursor } });

  expect(received.at(-1)).toEqual({ event: 'complete', data: '', lastEventId: last });
  expect(JSON.parse(received.at(-2)?.data ?? '')).toMatchObject({ status: 'COMPLETED' });
  expect(await back(last)).toMatchObject({ status: 204, body: {} });

  await using behind = await openEvents(`${url}?untilTerminal=true`, token, {
    headers: { 'last-event-id': received[0]?.lastEventId ?? '' },
  });
  expect((await behind.events.rest()).map(({ lastEventId }) => lastEventId)).toEqual([
    ...received.slice(1).map(({ lastEventId }) => lastEventId),
  ]);
  // A reader that does not ask for the end waits for a revival.
  await using waiting = await openEvents(url, token, { headers: { 'last-event-id': last } });
  expect(waiting.status).toBe(200);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "again") { id } }', { id });
  expect(await waiting.next()).toMatchObject({ event: 'PROMPTED' });
});

test('curl resumes with Last-Event-ID and gets each missed event once', async () => {
  await using running = await bootWithDeployment();
  const { url, token } = running;
  const curl = async (...more: string[]): Promise<string[]> => {
    const head = ['-sN', '--max-time', '20', '-H', 'accept: text/event-stream'];
    const { stdout } = await run('curl', [...head, '-H', `authorization: Bearer ${token}`, ...more]);
    return stdout.split('\n').filter((line) => line.startsWith('id: '));
  };

  const all = await curl(`${url}?untilTerminal=true`);
  const [first = ''] = all;
  const resumed = await curl(
    '-H',
    first.replace('id:', 'last-event-id:'),
    `${url}?untilTerminal=true&after=0`,
  );

  expect(all.length).toBeGreaterThan(2);
  expect(first).toMatch(/^id: \d+$/);
  expect(resumed).toEqual(all.slice(1));
});

test('/v1/events follows the whole log, or one task', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { gateway, ada, token, taskId, id } = running;
  const other = await ada.deploy(await ada.createTask('another'));
  await using all = await openEvents(`${gateway.url}/v1/events?after=0`, token);
  await using ofTask = await openEvents(`${gateway.url}/v1/events?taskId=${taskId}`, token);

  expect((await all.next()).json).toMatchObject({ deploymentId: id });
  expect((await all.next()).json).toMatchObject({ deploymentId: other });
  expect((await ofTask.next()).json).toMatchObject({ deploymentId: id });
  await ada.deploy(taskId);
  const next = (await ofTask.next<Told>()).json;
  expect(next).toMatchObject({ taskId });
  expect((await all.next()).json).toMatchObject({ id: next.id, taskId });
});

test('an error before the start is a problem document with its own status', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { gateway, url, token } = running;
  const stranger = await signUpSecondUser(gateway);
  const none = `${gateway.url}/v1/deployments/A-${'0'.repeat(32)}/events`;

  const wrong: [string, string | undefined, Record<string, string>, number, string, string?][] = [
    [url, undefined, {}, 401, 'UNAUTHENTICATED'],
    [`${url}?access_token=${token}`, undefined, {}, 401, 'UNAUTHENTICATED'],
    [url, stranger.tokens.accessToken, {}, 404, 'NOT_FOUND'],
    [none, token, {}, 404, 'NOT_FOUND'],
    [`${url}?after=x`, token, {}, 400, 'BAD_USER_INPUT', 'after'],
    [`${url}?after=${FUTURE}`, token, {}, 400, 'BAD_USER_INPUT', 'after'],
    [`${url}?after=1`, token, { 'last-event-id': '1, 2' }, 400, 'BAD_USER_INPUT', 'last-event-id'],
    [`${url}?untilTerminal=true`, token, { 'last-event-id': FUTURE }, 400, 'BAD_USER_INPUT', 'last-event-id'],
    [`${url}?first=501`, token, {}, 400, 'BAD_USER_INPUT', 'querystring.first'],
    [`${url}?until=x`, token, {}, 400, 'BAD_USER_INPUT', 'querystring.until'],
    [url, token, { accept: 'text/html' }, 406, 'NOT_ACCEPTABLE'],
    [url, token, { accept: 'text/event-stream;q=0' }, 406, 'NOT_ACCEPTABLE'],
  ];
  for (const [where, who, headers, status, code, field] of wrong) {
    const answer = await answerOf(where, who, { headers });
    const name = `${where} ${JSON.stringify(headers)}`;
    expect([name, answer.status, answer.body.code]).toEqual([name, status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    if (field) expect(answer.body.fields, name).toMatchObject([{ path: field }]);
  }
  const head = await answerOf(url, token, { method: 'HEAD' });
  expect(head.status).toBe(406);
  expect(await answerOf(url, token, { method: 'POST', body: {} })).toMatchObject({ status: 405 });
});

test('the Accept header chooses between JSON and events', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { url, token } = running;
  const wanted: [string, RegExp][] = [
    ['*/*', /json/],
    ['application/*', /json/],
    ['text/*', /event-stream/],
    ['text/event-stream, application/json', /event-stream/],
    ['application/json, text/event-stream', /json/],
    ['*/*, text/event-stream', /event-stream/],
    ['application/json;q=0.5, text/event-stream', /event-stream/],
    ['text/event-stream;q=0.5, application/json', /json/],
    ['TEXT/EVENT-STREAM', /event-stream/],
  ];
  for (const [accept, type] of wanted) {
    await using answer = await openEvents(url, token, { headers: { accept } });
    expect([accept, answer.headers['content-type']]).toEqual([accept, expect.stringMatching(type)]);
  }
});

test('a cursor older than the log is CURSOR_EXPIRED, before the start and midway', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { gateway, ada, url, token, taskId } = running;
  await ada.deploy(taskId);
  await using stream = await openEvents(url, token);
  await stream.next();
  await moveLogOn(gateway.deps.store.db);

  expect(await answerOf(`${url}?after=1`, token)).toMatchObject({
    status: 410,
    body: { code: 'CURSOR_EXPIRED' },
  });
  await ada.deploy(taskId);
  const failure = await stream.next();
  expect(failure).toMatchObject({
    event: 'error',
    json: { code: 'CURSOR_EXPIRED', status: 410, requestId: stream.headers['x-request-id'] },
  });
  expect(await stream.events.rest()).toEqual([]);
  const lines = gateway.logLines.filter(
    (line) => line.includes('"msg":"request"') && line.includes('/events'),
  );
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({
      route: '/v1/deployments/:deploymentId/events',
      status: 200,
      userId: expect.any(String),
    }),
  );
});

test('a page of a listed origin may read a stream', async () => {
  await using running = await bootWithDeployment({
    polls: false,
    env: { CORS_ORIGINS: 'https://app.example.com' },
  });
  const { url, token } = running;
  await using stream = await openEvents(url, token, { headers: { origin: 'https://app.example.com' } });
  expect(stream.headers['access-control-allow-origin']).toBe('https://app.example.com');
});

test('EventSource on our own page reads with the session cookie', async () => {
  await using running = await bootWithDeployment({ polls: false });
  const { gateway, url } = running;
  const signedIn = await fetch(`${gateway.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf': '1' },
    body: JSON.stringify({
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      session: 'cookie',
    }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  await using stream = await openEvents(url, undefined, {
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
  });
  expect(stream.status).toBe(200);
  expect(await stream.next()).toMatchObject({ event: 'CREATED' });
});
