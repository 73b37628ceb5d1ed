import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { codesOf } from '../../support/graphql-errors.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';

const VIEWER = '{ viewer { email } }';
const EVENTS = 'subscription { deploymentEvents { id } }';
const BROKEN = '{ no such field }';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantgate-persisted-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function goodFile() {
  return fileOf(
    'good.json',
    Object.fromEntries([VIEWER, EVENTS, BROKEN].map((document) => [sha256(document), document])),
  );
}

async function byHash(ada: GraphQLClient, sha256Hash: string): Promise<GraphQLAnswer> {
  const body = JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  return (await (await ada.request('/graphql', { method: 'POST', body })).json()) as GraphQLAnswer;
}

test('with persisted operations nothing else runs, by POST, GET or socket', async () => {
  await using gateway = await bootGateway({ polls: false, env: { PERSISTED_OPERATIONS: await goodFile() } });
  const ada = await gateway.signUp();
  const other = '{ viewer { id } }';

  expect((await byHash(ada, sha256(VIEWER))).data).toEqual({ viewer: { email: 'ada@example.com' } });
  expect(await ada.ask(VIEWER)).toEqual({ viewer: { email: 'ada@example.com' } });
  expect(codesOf(await byHash(ada, sha256(BROKEN)))[0]).toBe('GRAPHQL_VALIDATION_FAILED');

  expect(codesOf(await ada.graphql(other))).toEqual(['PERSISTED_OPERATION_REQUIRED']);
  expect(codesOf(await byHash(ada, sha256(other)))).toEqual(['PERSISTED_OPERATION_REQUIRED']);
  const get = await ada.request(`/graphql?query=${encodeURIComponent(other)}`);
  expect(codesOf((await get.json()) as GraphQLAnswer)).toEqual(['PERSISTED_OPERATION_REQUIRED']);

  await using refused = ada.subscribe('subscription { deploymentEvents { id type } }');
  expect(await refused.failure()).toMatchObject([{ extensions: { code: 'PERSISTED_OPERATION_REQUIRED' } }]);
});

test('without persisted operations a hash alone is PersistedQueryNotSupported on every transport', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const refusal = {
    message: 'PersistedQueryNotSupported',
    extensions: { code: 'PersistedQueryNotSupported' },
  };
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(VIEWER) } };

  expect((await byHash(ada, sha256(VIEWER))).errors).toMatchObject([refusal]);
  const query = new URLSearchParams({ extensions: JSON.stringify(extensions) });
  const get = await ada.request(`/graphql?${query}`);
  expect(((await get.json()) as GraphQLAnswer).errors).toMatchObject([refusal]);
  const { accessToken } = ada.tokens;
  await using stream = await openEvents(`${gateway.url}/graphql/stream`, accessToken, {
    body: { extensions },
  });
  expect((await stream.next()).json).toMatchObject({ errors: [refusal] });
  await using probe = await openAcknowledged(gateway.url, accessToken);
  probe.send({ type: 'subscribe', id: '1', payload: { query: '', extensions } });
  expect(await probe.messages.next()).toMatchObject({ type: 'error', payload: [refusal] });
  // Apollo's client then sends the document with its hash.
  const body = JSON.stringify({ query: VIEWER, extensions });
  const full = await ada.request('/graphql', { method: 'POST', body });
  expect(((await full.json()) as GraphQLAnswer).data).toEqual({ viewer: { email: 'ada@example.com' } });
});

test.each<[string, () => Promise<string>, RegExp]>([
  [
    'is missing',
    async () => join(folder, 'nowhere.json'),
    /PERSISTED_OPERATIONS .*nowhere\.json cannot be read \(ENOENT\)/,
  ],
  ['is not JSON', () => fileOf('text.json', 'not JSON'), /PERSISTED_OPERATIONS .*text\.json is not JSON/],
  [
    'holds something else',
    () => fileOf('list.json', [VIEWER]),
    /PERSISTED_OPERATIONS .*list\.json must be a JSON object/,
  ],
  ['holds no text', () => fileOf('numbers.json', { [sha256(VIEWER)]: 1 }), /must be a JSON object/],
  [
    'holds a document under the hash of another',
    () => fileOf('swapped.json', { [sha256(VIEWER)]: EVENTS, [sha256(EVENTS)]: EVENTS }),
    new RegExp(`do not match: ${sha256(VIEWER)}$`),
  ],
])('the gateway does not start when the file %s', async (_story, file, message) => {
  await expect(bootGateway({ env: { PERSISTED_OPERATIONS: await file() } })).rejects.toThrow(message);
});
