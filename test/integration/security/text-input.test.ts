import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLAnswer, GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

const LONE = '\ud800';
const MALFORMED = 'must be well-formed Unicode';
const NUL = 'must not contain the character NUL';
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

/** What a client is answered: the status, the code and the fields. */
type Refusal = [status: number, code: string, fields?: string[]];

interface Problem {
  code: string;
  fields?: { path: string; message: string }[];
}

function refusalOf(status: number, { code, fields }: Problem): Refusal {
  return [status, code, fields?.map(({ path, message }) => `${path} ${message}`) ?? []];
}

async function restRefusal(response: Response): Promise<Refusal> {
  return refusalOf(response.status, (await response.json()) as Problem);
}

async function graphqlRefusal(response: Response): Promise<Refusal> {
  const { errors = [] } = (await response.json()) as GraphQLAnswer;
  return refusalOf(response.status, errors[0]?.extensions as unknown as Problem);
}

/** Sends bytes as they are: `fetch` would encode the path. */
function sendRaw(url: string, target: Buffer, token: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const rest = ` HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from('GET '), target, Buffer.from(rest)]));
    });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

const stores = [
  { name: 'SQLite', skip: false },
  { name: 'PostgreSQL', skip: isPostgresMissing },
];

describe.each(stores)('with $name', ({ name, skip }) => {
  const opened = new AsyncDisposableStack();
  let gateway: Gateway;
  let ada: GraphQLClient;

  beforeAll(async () => {
    if (skip) return;
    const database = name === 'SQLite' ? undefined : opened.use(await temporaryDatabase());
    const env: Record<string, string> = database === undefined ? {} : { DATABASE_URL: database.url };
    gateway = opened.use(await bootGateway({ polls: false, env }));
    ada = await gateway.signUpWithCredentials();
  });
  afterAll(() => opened.disposeAsync());

  const send = (path: string, body: string | Buffer, type = JSON_TYPE, method = 'POST') =>
    ada.request(path, { method, body: new Uint8Array(Buffer.from(body)), headers: { 'content-type': type } });
  const get = (path: string) => ada.request(path);

  test.skipIf(skip)('a body whose bytes are not UTF-8 is a 400 at every door', async () => {
    const credentials = { email: 'zoe@example.com', password: 'café café' };
    for (const path of ['/v1/auth/register', '/v1/auth/login', '/v1/credentials']) {
      const body = Buffer.from(JSON.stringify(credentials), 'latin1');
      const refusal = [400, 'BAD_USER_INPUT', [' the body must be UTF-8']];
      expect([path, ...(await restRefusal(await send(path, body)))]).toEqual([path, ...refusal]);
      expect([
        path,
        ...(await restRefusal(await send(path, body, `${JSON_TYPE}; charset=iso-8859-1`))),
      ]).toEqual([path, ...refusal]);
    }
    const query = Buffer.from(
      '{"query":"mutation { createAgent(input: { name: \\"é\\" }) { id } }"}',
      'latin1',
    );
    for (const path of ['/graphql', '/graphql/stream'])
      expect(await graphqlRefusal(await send(path, query))).toEqual([
        400,
        'BAD_USER_INPUT',
        [' the body must be UTF-8'],
      ]);
    for (const form of [
      Buffer.from('grant_type=client_credentials&client_id=é', 'latin1'),
      'client_secret=%E9',
    ])
      expect((await restRefusal(await send('/v1/auth/token', form, FORM))).slice(0, 2)).toEqual([
        400,
        'BAD_USER_INPUT',
      ]);
  });

  test.skipIf(skip)(
    'text in JSON or a form that is not well-formed, or holds NUL, is a 400 that names it',
    async () => {
      const email = 'zoe@example.com';
      const password = 'correct horse battery';
      const token = 'token';
      const cases: [path: string, body: unknown, field: string, method?: string][] = [
        ['/v1/auth/register', { email, password: `${password}#` }, 'password'],
        ['/v1/auth/login', { email, password: `${password}#` }, 'password'],
        ['/v1/auth/login', { email: 'zoe#@example.com', password }, 'email'],
        ['/v1/auth/refresh', { refreshToken: 'x#' }, 'refreshToken'],
        ['/v1/auth/token', { grant_type: 'client_credentials', client_id: 'x#' }, 'client_id'],
        [
          '/v1/credentials',
          { provider: 'QUANTCDN', label: 'x#', organisation: 'o', apiToken: token },
          'label',
        ],
        ['/v1/credentials', { provider: 'QUANTCDN', organisation: 'o', apiToken: 'x#' }, 'apiToken'],
        ['/v1/agents', { name: 'x#' }, 'name'],
        ['/v1/agents', { name: 'x', llmToken: { provider: 'openai', apiKey: 'x#' } }, 'llmToken.apiKey'],
        ['/v1/tasks', { agentId: '1', name: 'x', prompt: 'x#' }, 'prompt'],
        ['/v1/ai-tasks', { title: 'x', metadata: { list: ['', { deep: 'x#' }] } }, 'metadata.list.1.deep'],
        ['/v1/ai-tasks/x', { metadataPatch: { key: 'x#' } }, 'metadataPatch.key', 'PATCH'],
      ];
      for (const [path, body, field, method] of cases) {
        for (const [bad, message] of [
          ['\\ud800', MALFORMED],
          ['\\udc00\\ud800', MALFORMED],
          ['\\u0000', NUL],
        ]) {
          const text = JSON.stringify(body).replaceAll('#', bad as string);
          const [status, code, fields] = await restRefusal(await send(path, text, JSON_TYPE, method));
          expect([path, status, code, fields]).toEqual([
            path,
            400,
            'BAD_USER_INPUT',
            [`${field} ${message}`],
          ]);
        }
      }
      const key = JSON.stringify({ title: 'x', metadata: { [LONE]: 1 } });
      expect(await restRefusal(await send('/v1/ai-tasks', key))).toEqual([
        400,
        'BAD_USER_INPUT',
        [`metadata has a name that ${MALFORMED}`],
      ]);
      const form = 'grant_type=client_credentials&client_id=a%00';
      expect(await restRefusal(await send('/v1/auth/token', form, FORM))).toEqual([
        400,
        'BAD_USER_INPUT',
        [`client_id ${NUL}`],
      ]);
    },
  );

  test.skipIf(skip)(
    'a query string or path that is not UTF-8, or holds NUL, is a 400 that names it',
    async () => {
      for (const [bad, message] of [
        ['%E9', MALFORMED],
        ['%ED%A0%80', MALFORMED],
        ['%C3', MALFORMED],
        ['%', MALFORMED],
        ['%zz', MALFORMED],
        ['a%00b', NUL],
      ]) {
        for (const [path, name] of [
          ['/v1/agents', 'credentialId'],
          ['/v1/tasks', 'organizationId'],
          ['/v1/ai-tasks', 'assignedAgentId'],
        ]) {
          const refusal = await restRefusal(await get(`${path}?${name}=${bad}`));
          expect([path, bad, ...refusal]).toEqual([
            path,
            bad,
            400,
            'BAD_USER_INPUT',
            [`querystring.${name} ${message}`],
          ]);
        }
        const refusal = await graphqlRefusal(await get(`/graphql?query=${bad}`));
        expect([bad, ...refusal]).toEqual([bad, 400, 'BAD_USER_INPUT', [`querystring.query ${message}`]]);
      }
      for (const path of [
        '/v1/credentials/a%00',
        '/v1/agents/a%00',
        '/v1/ai-tasks/a%00',
        '/v1/deployments/a%00/events',
      ]) {
        const [status, code, fields] = await restRefusal(await get(path));
        expect([path, status, code, fields?.[0]]).toEqual([
          path,
          400,
          'BAD_USER_INPUT',
          expect.stringMatching(/^params\.\w+ must not contain the character NUL$/),
        ]);
      }
      for (const path of ['/v1/agents/%E9', '/v1/ai-tasks/%ED%A0%80'])
        expect((await get(path)).status).toBe(400);
      for (const target of ['/v1/agents?credentialId=é', '/v1/agents/é'])
        for (const encoding of ['latin1', 'utf8'] as const)
          expect(await sendRaw(gateway.url, Buffer.from(target, encoding), ada.tokens.accessToken)).toMatch(
            /^HTTP\/1\.1 400 /,
          );
    },
  );

  /** Operations with `#` where a variable, or a literal, holds the bad text, and the path that the answer names. */
  const operations: [query: string, variables: unknown, path: string][] = [
    ['mutation ($n: String!) { createAgent(input: { name: $n }) { id } }', { n: 'x#' }, 'n'],
    [
      'mutation ($i: CreateAiTaskInput!) { createAiTask(input: $i) { id } }',
      { i: { title: 'x', metadata: { list: [{ deep: 'x#' }] } } },
      'i.metadata.list.0.deep',
    ],
    ['query ($id: ID!) { agent(id: $id) { id } }', { id: 'x#' }, 'id'],
    ['mutation { createAgent(input: { name: "x#" }) { id } }', {}, 'input.name'],
    [
      'mutation { createAiTask(input: { title: "x", metadata: { a: ["x#"] } }) { id } }',
      {},
      'input.metadata.a.0',
    ],
    ['query ($id: ID = "x#") { agent(id: $id) { id } }', {}, 'id'],
    ['{ agent(id: "x#") { id } }', {}, 'id'],
  ];

  const bodies = operations.flatMap(([query, variables, path]) =>
    [
      ['\\ud800', MALFORMED],
      ['\\u0000', NUL],
    ].map(([bad = '', message]) => {
      const isLiteral = query.includes('#');
      const escaped = isLiteral ? query.replaceAll('#', bad) : query;
      // GraphQL cannot parse a literal with a lone surrogate, so the text as a whole is named.
      const field = isLiteral && bad !== '\\u0000' ? 'query' : path;
      const text = JSON.stringify(variables).replaceAll('#', bad);
      return { query: escaped, variables: text, field: `${field} ${message}` };
    }),
  );

  test.skipIf(skip)(
    'GraphQL over POST and GET refuses such text with 400, in variables and literals',
    async () => {
      for (const { query, variables, field } of bodies) {
        const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
        const expected = [query, 400, 'BAD_USER_INPUT', [field]];
        expect([query, ...(await graphqlRefusal(await send('/graphql', body)))]).toEqual(expected);
        if (query.startsWith('mutation')) continue;
        const search = new URLSearchParams({ query, variables });
        expect([query, ...(await graphqlRefusal(await get(`/graphql?${search}`)))]).toEqual(expected);
      }
      for (const [bad, message] of [
        ['\\ud800', MALFORMED],
        ['\\u0000', NUL],
      ])
        expect(
          await graphqlRefusal(await send('/graphql', `{"query":"{ viewer { id } } # ${bad}"}`)),
        ).toEqual([400, 'BAD_USER_INPUT', [`query ${message}`]]);
    },
  );

  test.skipIf(skip)(
    'GraphQL over event streams and sockets refuses such text with an error message',
    async () => {
      await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
      for (const [index, { query, variables, field }] of bodies.entries()) {
        const payload = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
        probe.send(`{"type":"subscribe","id":"${index}","payload":${payload}}`);
        const message = await probe.messages.next();
        const error = message.payload?.[0]?.extensions as unknown as Problem;
        expect([query, message.type, ...refusalOf(0, error)]).toEqual([
          query,
          'error',
          0,
          'BAD_USER_INPUT',
          [field],
        ]);
        const stream = await (await send('/graphql/stream', payload)).text();
        const event = JSON.parse(/^data: (.*)$/m.exec(stream)?.[1] ?? '') as GraphQLAnswer;
        expect([query, ...refusalOf(0, event.errors?.[0]?.extensions as unknown as Problem)]).toEqual([
          query,
          0,
          'BAD_USER_INPUT',
          [field],
        ]);
      }
    },
  );

  test.skipIf(skip)('a socket message that is not UTF-8 closes the socket with 1007', async () => {
    const query = 'mutation { createAgent(input: { name: "é" }) { id } }';
    const message = JSON.stringify({ type: 'subscribe', id: '1', payload: { query } });
    for (const binary of [false, true]) {
      await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
      probe.socket.send(Buffer.from(message, 'latin1'), { binary });
      expect(await probe.closed).toMatchObject({ code: 1007 });
    }
  });

  test.skipIf(skip)('well-formed text of every kind is taken as it is', async () => {
    const name = 'Zoë 💡 𝔘 \ufeff \u2028 \uffff';
    const response = await send('/v1/agents', JSON.stringify({ name }));
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    const { agent } = await ada.ask<{ agent: { name: string } }>(
      'query ($id: ID!) { agent(id: $id) { name } }',
      { id },
    );
    expect(agent.name).toBe(name);
    const literal = 'mutation { createAgent(input: { name: "💡 \\u{1F4A1} \\ud83d\\udca1" }) { name } }';
    expect(await ada.ask(literal)).toEqual({ createAgent: { name: '💡 💡 💡' } });
  });
});
