import { expect, test } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { codesOf } from '../../support/graphql-errors.ts';

function times(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ');
}

/** `depth` nested fields. */
function nested(depth: number): string {
  const middle = Array.from({ length: depth - 2 }, (_, index) => (index % 2 === 0 ? 'tasks' : 'agent'));
  return `{ ${['agents', ...middle, 'id'].join(' { ')} ${'}'.repeat(depth)}`;
}

/** A document of so many tokens. */
function tokens(count: number): string {
  return `mutation { createAgent(input: { name: "x", tools: [${times(count - 20, () => '"t"')}] }) { id } }`;
}

async function send(ada: GraphQLClient, body: unknown, path = '/graphql', method = 'POST') {
  const response = await ada.request(path, {
    method,
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, allow: response.headers.get('allow'), text, codes: codesIn(text) };
}

function codesIn(text: string): string[] {
  return text === '' ? [] : codesOf(JSON.parse(text) as GraphQLAnswer);
}

test.each<[string, string, string]>([
  ['11 nested fields', nested(11), 'GRAPHQL_LIMIT_EXCEEDED'],
  [
    '11 nested fields through fragments',
    `{ agents { ...A } } fragment A on Agent { tasks { agent { tasks { agent { ...B } } } } }
     fragment B on Agent { tasks { agent { tasks { agent { tasks { id } } } } } }`,
    'GRAPHQL_LIMIT_EXCEEDED',
  ],
  ['31 aliases', `{ ${times(31, (index) => `a${index}: __typename`)} }`, 'GRAPHQL_LIMIT_EXCEEDED'],
  [
    '31 aliases through a fragment that is spread again and again',
    `{ viewer { ${times(16, () => '...A')} } } fragment A on Viewer { a: id b: email }`,
    'GRAPHQL_LIMIT_EXCEEDED',
  ],
  ['1001 tokens', tokens(1001), 'GRAPHQL_LIMIT_EXCEEDED'],
  ['one field too often to be compared', `{ ${times(998, () => '__typename')} }`, 'GRAPHQL_LIMIT_EXCEEDED'],
  [
    'a fragment that contains itself',
    '{ viewer { ...A } } fragment A on Viewer { ...A }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'two root fields of a subscription',
    'subscription { a: deploymentEvents { id } b: deploymentEvents { id } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a subscription over plain HTTP', 'subscription { deploymentEvents { id } }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a document written as a tree',
    JSON.stringify({ kind: 'Document', definitions: [] }),
    'GRAPHQL_PARSE_FAILED',
  ],
])('%s is refused', async (_story, query, code) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.calls.reset();

  expect(new Set((await send(ada, { query })).codes)).toEqual(new Set([code]));
  expect(gateway.simulator.calls.count()).toBe(0);
});

test('10 nested fields, 30 aliases and 1000 tokens are allowed', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();

  for (const query of [nested(10), `{ ${times(30, (index) => `a${index}: __typename`)} }`, tokens(1000)]) {
    const { codes, text } = await send(ada, { query });
    expect(codes, text).toEqual([]);
  }
});

test('batches, trees, unknown operations and other methods are refused as requests', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const mutation = 'mutation { deleteAgent(id: "1") }';
  const query = 'query A { __typename } query B { __typename }';
  const get = (text: string) => `/graphql?query=${encodeURIComponent(text)}`;

  expect(await send(ada, [{ query }, { query }])).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
  expect(await send(ada, { query: { kind: 'Document' } })).toMatchObject({
    status: 400,
    codes: ['BAD_USER_INPUT'],
  });
  expect(await send(ada, { query, operationName: 'C' })).toMatchObject({
    codes: ['GRAPHQL_VALIDATION_FAILED'],
  });
  expect(await send(ada, { query })).toMatchObject({ codes: ['GRAPHQL_VALIDATION_FAILED'] });
  expect(await send(ada, { query, operationName: 'B' })).toMatchObject({ status: 200, codes: [] });
  // An empty name is none.
  expect(await send(ada, { query: '{ __typename }', operationName: '' })).toMatchObject({
    status: 200,
    codes: [],
  });
  const unnamed = `${get('{ __typename }')}&operationName=&variables=&extensions=`;
  expect(await send(ada, undefined, unnamed, 'GET')).toMatchObject({ status: 200, codes: [] });
  expect(await send(ada, undefined, get(mutation), 'GET')).toMatchObject({
    status: 405,
    allow: 'POST',
    codes: ['METHOD_NOT_ALLOWED'],
  });
  expect(await send(ada, undefined, get('{ __typename }'), 'GET')).toMatchObject({ status: 200, codes: [] });
  for (const method of ['HEAD', 'PUT', 'DELETE', 'PATCH']) {
    const { status } = await send(ada, undefined, get(mutation), method);
    expect([404, 405], method).toContain(status);
  }
});

test('a request without a token is refused before its document is read', async () => {
  await using gateway = await bootGateway({ polls: false });

  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ not even a document' }),
  });

  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(codesOf((await response.json()) as GraphQLAnswer)).toEqual(['UNAUTHENTICATED']);
});

test('without introspection neither queries nor suggestions reveal the schema', async () => {
  await using gateway = await bootGateway({ polls: false, env: { INTROSPECTION: 'off' } });
  const ada = await gateway.signUp();

  for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
    expect(new Set((await send(ada, { query })).codes)).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  }
  for (const query of ['{ viwer { id } }', '{ viewer { emial } }', '{ agents(organisationId: 1) { id } }']) {
    expect((await send(ada, { query })).text).not.toMatch(/did you mean/i);
  }
  expect((await send(ada, { query: '{ __typename viewer { __typename } }' })).codes).toEqual([]);
});
