import { expect, test } from 'vitest';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import { bootLists, CHANGES, type PushedTask } from '../../support/ai-lists.ts';
import { saveQuantCdn } from '../../support/credentials.ts';
import { answerOf, openEvents } from '../../support/sse-client.ts';

interface Told {
  id: string;
  kind: string;
  occurredAt: string;
  task?: Record<string, unknown>;
  run?: Record<string, unknown>;
}

/** A list of two tasks, and where its events are. */
async function bootList() {
  const world = await bootLists();
  const ids = ['Draft', 'Review'].map((title) => world.make('release 42/ä', { title }));
  const path = `/v1/ai-task-lists/${encodeURIComponent('release 42/ä')}/events`;
  const token = world.ada.tokens.accessToken;
  return { ...world, ids, path, url: `${world.gateway.url}${path}`, token };
}

test('the log of a list, then new events, each with its cursor and its kind', async () => {
  await using world = await bootList();
  const { url, token, other, ids, nextPoll, advance, cost } = world;
  await using stream = await openEvents(url, token);
  expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const first = [await stream.next<Told>(), await stream.next<Told>()];
  expect(first.map(({ event }) => event)).toEqual(['TASK', 'TASK']);
  expect(first.map(({ json }) => json.id)).toEqual(first.map(({ lastEventId }) => lastEventId));
  expect(cost()).toEqual({ listTasks: 1 });
  await advance(1);
  other.updateTask(ids[0] ?? '', { status: 'completed', result: { words: 7 } });
  await nextPoll();
  const changed = await stream.next<Told>();
  expect(changed).toMatchObject({
    event: 'TASK',
    json: {
      id: changed.lastEventId,
      kind: 'TASK',
      task: { id: ids[0], status: 'COMPLETED', result: { words: 7 } },
    },
  });
  expect(Number(changed.lastEventId)).toBeGreaterThan(Number(first[1]?.lastEventId));
  other.removeTask(ids[1] ?? '');
  await nextPoll();
  const gone = await stream.next<Told>();
  expect(gone).toMatchObject({ event: 'TASK_GONE', json: { kind: 'TASK_GONE', task: { id: ids[1] } } });
  for (const hidden of ['credentialId', 'cursor', 'isGone', 'details']) {
    expect(gone.json.task).not.toHaveProperty(hidden);
  }
  expect(cost()).toEqual({ listTasks: 2, getTask: 2 });
});

test('a JSON page makes no upstream call, and has the same events in the same shape', async () => {
  await using world = await bootList();
  const { ada, path, url, token, cost } = world;
  expect(await (await ada.request(path)).json()).toEqual({
    events: [],
    pageInfo: { hasNextPage: false, endCursor: '0' },
    endCursor: '0',
    hasNextPage: false,
  });
  expect(cost()).toEqual({});
  await using stream = await openEvents(url, token);
  const received = [await stream.next<Told>(), await stream.next<Told>()].map(({ json }) => json);

  const page = await ada.request(path);
  expect(page.headers.get('content-type')).toMatch(/^application\/json/);
  const [first, last] = received.map(({ id }) => id);
  expect(await page.json()).toEqual({
    events: received,
    pageInfo: { hasNextPage: false, endCursor: last },
    endCursor: last,
    hasNextPage: false,
  });
  expect(await (await ada.request(`${path}?first=1`)).json()).toEqual({
    events: received.slice(0, 1),
    pageInfo: { hasNextPage: true, endCursor: first },
    endCursor: first,
    hasNextPage: true,
  });
  expect(await (await ada.request(`${path}?after=${last}`)).json()).toEqual({
    events: [],
    pageInfo: { hasNextPage: false, endCursor: last },
    endCursor: last,
    hasNextPage: false,
  });
});

test('a client that resumes with Last-Event-ID gets each missed event once', async () => {
  await using world = await bootList();
  const { url, token, other, ids, nextPoll } = world;
  const seen = await (async () => {
    await using brief = await openEvents(url, token);
    return [await brief.next(), await brief.next()].map(({ lastEventId }) => lastEventId);
  })();
  const [first = '', second] = seen;
  other.updateTask(ids[0] ?? '', { status: 'in_progress' });
  await nextPoll();

  await using back = await openEvents(`${url}?after=0`, token, { headers: { 'last-event-id': first } });
  const [missed, { lastEventId: third }] = [await back.next(), await back.next()];
  expect(missed.lastEventId).toBe(second);
  await using late = await openEvents(url, token, { headers: { 'last-event-id': third } });
  other.updateTask(ids[0] ?? '', { status: 'completed' });
  await nextPoll();
  for (const stream of [back, late]) {
    const { lastEventId, json } = await stream.next();
    expect(json).toMatchObject({ id: lastEventId, task: { status: 'COMPLETED' } });
    expect(Number(lastEventId)).toBeGreaterThan(Number(third));
  }
});

test('an error before the start is a problem document; midway it is the last event', async () => {
  await using world = await bootList();
  const { url, token, gateway, other, nextPoll } = world;
  const stranger = await gateway.signUp('bob@example.com');
  const wrong: [string, string | undefined, Record<string, string>, number, string, string?][] = [
    [url, undefined, {}, 401, 'UNAUTHENTICATED'],
    [url, stranger.tokens.accessToken, {}, 409, 'CREDENTIAL_MISSING'],
    [`${url}?credentialId=x`, token, {}, 404, 'NOT_FOUND'],
    [`${url}?after=x`, token, {}, 400, 'BAD_USER_INPUT', 'after'],
    [
      `${url}?after=1`,
      token,
      { 'last-event-id': String(Number.MAX_SAFE_INTEGER) },
      400,
      'BAD_USER_INPUT',
      'last-event-id',
    ],
    [`${url}?first=501`, token, {}, 400, 'BAD_USER_INPUT', 'querystring.first'],
    [`${url}?untilTerminal=true`, token, {}, 400, 'BAD_USER_INPUT', 'querystring.untilTerminal'],
    [url.replace(/lists\/[^/]+/, 'lists/%20'), token, {}, 400, 'BAD_USER_INPUT', 'taskListId'],
    [url, token, { accept: 'text/html' }, 406, 'NOT_ACCEPTABLE'],
  ];
  for (const [where, who, headers, status, code, field] of wrong) {
    const answer = await answerOf(where, who, { headers });
    const name = `${where} ${JSON.stringify(headers)}`;
    expect([name, answer.status, answer.body.code]).toEqual([name, status, code]);
    if (field) expect(answer.body.fields, name).toMatchObject([{ path: field }]);
  }
  await using stream = await openEvents(url, token);
  await stream.next();
  await stream.next();
  other.removeToken(seededQuantCdnToken.name);
  await nextPoll();
  expect(await stream.next()).toMatchObject({
    event: 'error',
    json: { code: 'CREDENTIAL_REJECTED', status: 409 },
  });
  expect(await stream.events.rest()).toEqual([]);
});

test('a second credential of the organisation has the same log and its own watch', async () => {
  await using world = await bootList();
  const { ada, gateway, nextPoll, other, ids, cost } = world;
  const second = await saveQuantCdn(ada, { label: 'second' });
  await using one = ada.subscribe<PushedTask>(CHANGES, { list: 'release 42/ä' });
  const { task } = await one.next();
  await one.next();
  await using two = ada.subscribe<PushedTask>(CHANGES, { list: 'release 42/ä', with: second.id });
  expect((await two.next()).task.cursor).toBe(task.cursor);
  await two.next();
  expect(await gateway.deps.store.db.selectFrom('watches').select('credentialId').execute()).toHaveLength(2);
  cost();
  other.updateTask(ids[0] ?? '', { status: 'completed' });
  await nextPoll();
  await nextPoll();
  expect(await two.next()).toEqual(await one.next());
  await nextPoll();
  expect([one.pending(), two.pending()]).toEqual([[], []]);
});
