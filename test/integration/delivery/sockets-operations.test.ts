import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { signUpSecondUser } from '../../support/second-user.ts';
import { openAcknowledged, openProbe, type ProtocolMessage } from '../../support/socket-probe.ts';

const VIEWER = '{ viewer { email } }';
const EVENTS = 'subscription { deploymentEvents { id type status } }';

let gateway: Gateway;
let ada: GraphQLClient;

beforeAll(async () => {
  gateway = await bootGateway({ env: { MAX_SUBSCRIPTIONS_PER_SOCKET: '3', MAX_SOCKETS_PER_USER: '4' } });
  ada = await gateway.signUpWithCredential();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

function open(client = ada) {
  return openAcknowledged(gateway.url, client.tokens.accessToken);
}

function codesOf(message: ProtocolMessage): string[] {
  const errors = message.type === 'error' ? message.payload : message.payload?.errors;
  return (errors ?? []).map(({ extensions }) => extensions.code);
}

describe('an operation obeys the same rules on every transport', () => {
  const repeated = (count: number, field: (index: number) => string): string =>
    `{ ${Array.from({ length: count }, (_, index) => field(index)).join(' ')} }`;
  const nested = (depth: number): string =>
    depth === 1
      ? '{ agents { id } }'
      : `{ agents ${'{ tasks { agent '.repeat(depth)} { id } ${'} }'.repeat(depth)} }`;

  const refused: [string, string, string][] = [
    ['that does not parse', '{ viewer', 'GRAPHQL_PARSE_FAILED'],
    ['that is empty', '', 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['of more tokens than allowed', repeated(600, () => 'viewer { id }'), 'GRAPHQL_LIMIT_EXCEEDED'],
    ['that goes too deep', nested(6), 'GRAPHQL_LIMIT_EXCEEDED'],
    ['with too many aliases', repeated(31, (n) => `a${n}: __typename`), 'GRAPHQL_LIMIT_EXCEEDED'],
    [
      'that hides its aliases in fragments',
      `${repeated(4, () => '...f')} fragment f on Query ${repeated(8, (n) => `a${n}: __typename`)}`,
      'GRAPHQL_LIMIT_EXCEEDED',
    ],
    ['without a required variable', 'query ($id: ID!) { agent(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['without any operation', 'fragment f on Query { __typename }', 'GRAPHQL_VALIDATION_FAILED'],
    ['about what does not exist', '{ agent(id: "999") { id } }', 'NOT_FOUND'],
  ];
  test.each(refused)('a document %s', async (_name, query, code) => {
    const { errors } = await ada.graphql(query);
    await using probe = await open();
    probe.subscribe('1', query);

    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(codesOf(await probe.messages.next())[0]).toBe(code);
  });

  const subscriptions: [string, string, string][] = [
    ['of two root fields', 'subscription { a: deploymentEvents { id } b: deploymentEvents { id } }', ''],
    ['whose root field is skipped', 'subscription { deploymentEvents @skip(if: true) { id } }', ''],
    ['whose root field may be left out', 'subscription { deploymentEvents @include(if: false) { id } }', ''],
    [
      'whose root is in a skipped fragment',
      'subscription { ...Events } fragment Events on Subscription { ... @skip(if: true) { deploymentEvents { id } } }',
      '',
    ],
    [
      'whose spread is skipped',
      `subscription { ...E @skip(if: true) } fragment E on Subscription { deploymentEvents { id } }`,
      '',
    ],
    ['of a field nobody knows', 'subscription { everything { id } }', ''],
    [
      'too deep',
      `subscription { deploymentEvents { deployment { task { agent ${'{ tasks { agent '.repeat(5)}{ id }${' } }'.repeat(5)} } } } }`,
      'GRAPHQL_LIMIT_EXCEEDED',
    ],
  ];
  test.each(subscriptions)('a subscription %s is refused', async (_name, query, code) => {
    await using probe = await open();
    probe.subscribe('1', query);
    const message = await probe.messages.next();
    expect(message.type).toBe('error');
    expect(codesOf(message)[0]).toBe(code || 'GRAPHQL_VALIDATION_FAILED');
  });
});

test('an id is free as soon as its client has completed it, also while the operation before still closes', async () => {
  await using probe = await open();
  for (let round = 0; round < 20; round += 1) {
    probe.subscribe('same', EVENTS);
    probe.send({ type: 'complete', id: 'same' });
  }
  probe.subscribe('same', EVENTS);
  await ada.deploy(await ada.createTask());
  expect(await probe.messages.next()).toMatchObject({ type: 'next', id: 'same' });
  probe.send({ type: 'complete', id: 'same' });
  probe.subscribe('same', VIEWER);
  const rest = await probe.messages.until(({ type }) => type === 'complete');
  expect(rest.filter(({ payload }) => payload?.data && 'viewer' in payload.data)).toHaveLength(1);
  expect(new Set(rest.map(({ id }) => id))).toEqual(new Set(['same']));
});

test('an id that is in use closes the socket with 4409, whatever characters it has', async () => {
  await using probe = await open();
  probe.subscribe('"1', EVENTS);
  probe.subscribe('"1', EVENTS);
  expect(await probe.closed).toMatchObject({ code: 4409 });
});

test('a subscription to what does not exist for the caller ends with NOT_FOUND', async () => {
  const taskId = await ada.createTask();
  const grace = await signUpSecondUser(gateway);
  await using probe = await open(grace);
  probe.subscribe('task', `subscription { deploymentEvents(taskId: "${taskId}", after: "0") { id } }`);
  probe.subscribe('none', 'subscription { deploymentEvents(taskId: "999999999") { id } }');
  const ends: ProtocolMessage[] = [];
  while (ends.filter(({ type }) => type === 'complete').length < 2) ends.push(await probe.messages.next());
  const refused = ends.filter(({ type }) => type === 'next');
  expect(refused.map(codesOf)).toEqual([['NOT_FOUND'], ['NOT_FOUND']]);
});

test('queries and mutations run over the socket', async () => {
  await using probe = await open();
  probe.subscribe('1', VIEWER);
  expect(await probe.messages.next()).toMatchObject({
    type: 'next',
    id: '1',
    payload: { data: { viewer: { email: 'ada@example.com' } } },
  });
  expect(await probe.messages.next()).toEqual({ type: 'complete', id: '1' });

  probe.subscribe('2', 'mutation { createAgent(input: { name: "Heron" }) { name } }');
  expect((await probe.messages.next()).payload?.data).toEqual({ createAgent: { name: 'Heron' } });
});

test('one subscription too many is refused; the others and queries go on', async () => {
  await using probe = await open();
  for (const id of ['1', '2', '3', '4']) probe.subscribe(id, EVENTS);
  // Events of deployments of other tests may come in between.
  const [refusal] = (await probe.messages.until(({ type }) => type === 'error')).slice(-1);
  expect([refusal?.id, refusal && codesOf(refusal)]).toEqual(['4', ['RATE_LIMITED']]);

  probe.subscribe('query', VIEWER);
  const answers = await probe.messages.until(({ id, type }) => id === 'query' && type === 'complete');
  const answer = answers.find(({ id }) => id === 'query');
  expect(answer?.payload?.data).toEqual({ viewer: { email: 'ada@example.com' } });

  await ada.deploy(await ada.createTask());
  const received = new Set<string>();
  while (received.size < 3) received.add((await probe.messages.next()).id ?? '');
  expect([...received].sort()).toEqual(['1', '2', '3']);

  probe.send({ type: 'complete', id: '1' });
  probe.subscribe('5', EVENTS);
  expect(await probe.messages.until(({ id }) => id === '5')).not.toContainEqual(
    expect.objectContaining({ type: 'error' }),
  );
});

test('one socket too many closes with 1013; slots are per user and free up', async () => {
  const grace = await gateway.signUp('grace@example.com');
  const sockets = await Promise.all([1, 2, 3, 4].map(() => open(grace)));
  const fifth = await openProbe(gateway.url);
  fifth.send({ type: 'connection_init', payload: { authorization: `Bearer ${grace.tokens.accessToken}` } });
  expect(await fifth.closed).toMatchObject({ code: 1013 });
  expect(fifth.messages.pending()).toEqual([]);

  sockets[0]?.subscribe('1', VIEWER);
  expect((await sockets[0]?.messages.next())?.type).toBe('next');
  await using _another = await open();

  sockets[1]?.socket.close();
  await sockets[1]?.closed;
  await using _freed = await open(grace);
  for (const probe of sockets) probe.socket.terminate();
});

test('of an introduction its token counts alone: an act over the socket is recorded with the real address', async () => {
  await using probe = await openProbe(gateway.url, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  const forged = { 'x-forwarded-for': '203.0.113.8', address: '203.0.113.9', userId: 'root', cookie: 'a=b' };
  const authorization = `Bearer ${ada.tokens.accessToken}`;
  probe.send({ type: 'connection_init', payload: { ...forged, headers: forged, authorization } });
  expect((await probe.messages.next()).type).toBe('connection_ack');
  probe.subscribe('1', VIEWER);
  expect((await probe.messages.next()).payload?.data).toEqual({ viewer: { email: 'ada@example.com' } });
  await probe.messages.next();

  const { viewer } = await ada.ask<{ viewer: { id: string; credentials: { id: string }[] } }>(
    '{ viewer { id credentials { id } } }',
  );
  const credentialId = viewer.credentials[0]?.id ?? '';
  const rename = `mutation { updateCredential(id: "${credentialId}", input: { label: "renamed" }) { id } }`;
  probe.subscribe('2', rename);
  expect((await probe.messages.next()).payload).toEqual({ data: { updateCredential: { id: credentialId } } });
  const rows = await gateway.deps.store.db
    .selectFrom('audit')
    .select(['actorId', 'address'])
    .where('act', '=', 'CREDENTIAL_CHANGE')
    .execute();
  expect(rows).toEqual([{ actorId: viewer.id, address: '127.0.0.1' }]);
});
