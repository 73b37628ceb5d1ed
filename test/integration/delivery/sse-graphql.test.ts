import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { answerOf, type OpenOptions, openEvents } from '../../support/sse-client.ts';

const EVENTS =
  'subscription ($id: ID) { event: deploymentEvents(deploymentId: $id, untilTerminal: true) { status } }';

let gateway: Gateway;
let ada: GraphQLClient;
let path: string;

beforeAll(async () => {
  gateway = await bootGateway();
  ada = await gateway.signUpWithCredential();
  path = `${gateway.url}/graphql/stream`;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

function post(body: unknown, more: OpenOptions = {}) {
  return openEvents(path, ada.tokens.accessToken, { body, ...more });
}
function get(parameters: Record<string, string>, more: OpenOptions = {}) {
  return openEvents(`${path}?${new URLSearchParams(parameters)}`, ada.tokens.accessToken, more);
}

/** All results of an operation, which must be followed by `complete` and by nothing else. */
async function resultsOf(opened: ReturnType<typeof openEvents>): Promise<GraphQLAnswer[]> {
  await using stream = await opened;
  expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const events = (await stream.events.rest()).filter(({ comment }) => comment === undefined);
  expect(events.at(-1)).toEqual({ event: 'complete', data: '', lastEventId: '' });
  expect(events.slice(0, -1).every(({ event }) => event === 'next')).toBe(true);
  return events.slice(0, -1).map(({ data }) => JSON.parse(data));
}

describe('operations', () => {
  test('a subscription sends its results, then completes', async () => {
    const id = await ada.deploy(await ada.createTask());
    const results = await resultsOf(post({ query: EVENTS, variables: { id } }));
    expect(results.at(-1)).toEqual({ data: { event: { status: 'COMPLETED' } } });
  });

  test('a subscription runs by GET too, as EventSource sends it', async () => {
    const id = await ada.deploy(await ada.createTask());
    const variables = JSON.stringify({ id });
    const results = await resultsOf(get({ query: EVENTS, variables }));
    expect(results.at(-1)).toEqual({ data: { event: { status: 'COMPLETED' } } });
    expect(
      await resultsOf(
        get({ query: 'query A { __typename } query B { viewer { email } }', operationName: 'B' }),
      ),
    ).toEqual([{ data: { viewer: { email: 'ada@example.com' } } }]);
  });

  test('a query and a mutation send one result', async () => {
    expect(await resultsOf(post({ query: '{ viewer { email } }' }))).toEqual([
      { data: { viewer: { email: 'ada@example.com' } } },
    ]);
    const mutation = 'mutation { createAgent(input: { name: "Heron" }) { name } }';
    expect(await resultsOf(post({ query: mutation }))).toEqual([
      { data: { createAgent: { name: 'Heron' } } },
    ]);
  });

  test.each(['@skip(if: true)', '@include(if: false)', '@include(if: true)'])(
    'a subscription whose root field has %s is refused as not valid',
    async (directive) => {
      const [result] = await resultsOf(
        post({ query: `subscription { deploymentEvents ${directive} { id } }` }),
      );
      expect(result?.errors?.map(({ extensions }) => extensions?.code)).toEqual([
        'GRAPHQL_VALIDATION_FAILED',
      ]);
    },
  );

  test('a mutation by GET is refused and not run', async () => {
    const query = 'mutation { createAgent(input: { name: "Never" }) { name } }';
    const answer = await answerOf(`${path}?${new URLSearchParams({ query })}`, ada.tokens.accessToken);
    expect(answer).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      body: { errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED', requestId: expect.any(String) } }] },
    });
    const head = await answerOf(`${path}?${new URLSearchParams({ query })}`, ada.tokens.accessToken, {
      method: 'HEAD',
    });
    expect(head.status).toBe(405);
    expect(JSON.stringify(await ada.ask('{ agents { name } }'))).not.toContain('Never');
  });

  test('an error midway is the last result', async () => {
    const client = await gateway.signUp('grace@example.com');
    const { id: credential } = await client.saveCredential(seededAccount);
    const id = await client.deploy(await client.createTask());
    const query = 'subscription ($id: ID) { event: deploymentEvents(deploymentId: $id) { id } }';
    const opened = openEvents(path, client.tokens.accessToken, { body: { query, variables: { id } } });
    await (await opened).next();
    await client.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', { id: credential });
    const results = await resultsOf(opened);
    expect(results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'CREDENTIAL_MISSING' } }] });
  });
});

describe('an operation obeys the same rules on every transport', () => {
  const repeated = (count: number, field: (index: number) => string): string =>
    `{ ${Array.from({ length: count }, (_, index) => field(index)).join(' ')} }`;
  const nested = `{ agents ${'{ tasks { agent '.repeat(6)} { id } ${'} }'.repeat(6)} }`;
  const secret = 'correct-horse-secret';

  const hostile: [string, Record<string, unknown>, string][] = [
    ['that does not parse', { query: '{ viewer' }, 'GRAPHQL_PARSE_FAILED'],
    ['that is empty', { query: '' }, 'GRAPHQL_PARSE_FAILED'],
    ['that is a document in JSON', { query: '{"kind":"Document","definitions":[]}' }, 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['of too many tokens', { query: repeated(600, () => 'viewer { id }') }, 'GRAPHQL_LIMIT_EXCEEDED'],
    ['that goes too deep', { query: nested }, 'GRAPHQL_LIMIT_EXCEEDED'],
    ['of too many aliases', { query: repeated(31, (n) => `a${n}: __typename`) }, 'GRAPHQL_LIMIT_EXCEEDED'],
    ['without an operation', { query: 'fragment f on Query { __typename }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['of another name', { query: 'query A { __typename }', operationName: 'B' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['without its variable', { query: 'query ($id: ID!) { agent(id: $id) { id } }' }, 'BAD_USER_INPUT'],
    [
      'with a variable of another type',
      {
        query: 'query ($first: Int) { deploymentEvents(first: $first) { nodes { id } } }',
        variables: { first: secret },
      },
      'BAD_USER_INPUT',
    ],
    ['about what does not exist', { query: '{ agent(id: "999") { id } }' }, 'NOT_FOUND'],
    ['that is no text', { query: { kind: 'Document' } }, 'BAD_USER_INPUT'],
    ['with variables that are no object', { query: '{ __typename }', variables: [1] }, 'BAD_USER_INPUT'],
  ];
  test.each(hostile)('a document %s', async (_name, body, code) => {
    const overHttp = await ada.request('/graphql', { method: 'POST', body: JSON.stringify(body) });
    const { errors = [] } = (await overHttp.json()) as GraphQLAnswer;
    const [streamed] = await resultsOf(post(body));

    const received = ({ message, extensions: { requestId: _, ...rest } }: (typeof errors)[number]) => ({
      message,
      ...rest,
    });
    expect(errors[0]?.extensions.code).toBe(code);
    expect(streamed?.errors?.map(received)).toEqual(errors.map(received));
    expect(JSON.stringify(streamed)).not.toContain(secret);
  });

  const subscriptions: [string, string, string][] = [
    [
      'of two fields',
      'subscription { a: deploymentEvents { id } b: deploymentEvents { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['of an unknown field', 'subscription { everything { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'of what does not exist',
      `subscription { deploymentEvents(deploymentId: "A-${'0'.repeat(32)}") { id } }`,
      'NOT_FOUND',
    ],
    ['from no cursor', 'subscription { deploymentEvents(after: "x") { id } }', 'BAD_USER_INPUT'],
  ];
  test.each(subscriptions)('a subscription %s', async (_name, query, code) => {
    const results = await resultsOf(post({ query }));
    expect(results).toHaveLength(1);
    expect(results[0]?.errors?.[0]?.extensions.code).toBe(code);
  });
});

describe('refusals before there is an operation', () => {
  const wrong: [string, number, string, () => ReturnType<typeof answerOf>][] = [
    [
      'no token',
      401,
      'UNAUTHENTICATED',
      () => answerOf(path, undefined, { body: { query: '{ __typename }' } }),
    ],
    [
      'a token in the URL',
      401,
      'UNAUTHENTICATED',
      () => answerOf(`${path}?access_token=${ada.tokens.accessToken}`, undefined),
    ],
    [
      'a client that takes JSON only',
      406,
      'NOT_ACCEPTABLE',
      () => answerOf(path, ada.tokens.accessToken, { headers: { accept: 'application/json' } }),
    ],
    [
      'a body that is no JSON',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => answerOf(path, ada.tokens.accessToken, { body: {}, headers: { 'content-type': 'text/plain' } }),
    ],
    [
      'a body over the limit',
      413,
      'PAYLOAD_TOO_LARGE',
      () => answerOf(path, ada.tokens.accessToken, { body: { query: ' '.repeat(1024 * 1024) } }),
    ],
  ];
  test.each(wrong)('%s: %i %s', async (_name, status, code, ask) => {
    expect(await ask()).toMatchObject({
      status,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { errors: [{ extensions: { code, requestId: expect.any(String) } }] },
    });
  });

  test('a client that accepts a stream, or states nothing, gets one', async () => {
    for (const accept of ['*/*', 'text/*', 'application/json, text/event-stream;q=0.1']) {
      expect(await resultsOf(post({ query: '{ __typename }' }, { headers: { accept } }))).toHaveLength(1);
    }
  });
});

test.each([
  'subscription { deploymentEvents { id } }',
  'mutation { createAgent(input: { name: "Too late" }) { id } }',
])('a session that ends while the body arrives ends the operation: %s', async (query) => {
  await ada.signIn('ada@example.com');
  const { accessToken } = ada.tokens;
  const text = JSON.stringify({ query });
  const arrived = once(gateway.app.server, 'request');
  const asked = request(path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'content-length': text.length,
    },
  });
  asked.flushHeaders();
  await arrived;
  await ada.post('/v1/auth/logout', {});
  asked.end(text);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let received = '';
  for await (const chunk of response) received += chunk;
  await ada.signIn('ada@example.com');

  expect(received).toBe(': Session ended\n\n');
  expect(JSON.stringify(await ada.ask('{ agents { name } }'))).not.toContain('Too late');
});
