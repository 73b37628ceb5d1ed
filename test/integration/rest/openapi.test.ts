import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

interface Operation {
  summary?: string;
  tags?: string[];
  responses: Record<string, { description?: string; content?: Record<string, unknown> }>;
}

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
}

async function read(url: string): Promise<Document> {
  return (await fetch(`${url}/openapi.json`)).json() as Promise<Document>;
}

function operationsOf({ paths }: Document): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

test('the document is valid OpenAPI 3.1', async () => {
  await using gateway = await bootGateway();
  const document = await read(gateway.url);

  expect(document.openapi).toBe('3.1.0');
  expect(await new Validator().validate(document as never)).toEqual({ valid: true });
});

test.each([
  ['its address without PUBLIC_URL', {}, undefined, '/'],
  ['PUBLIC_URL', { PUBLIC_URL: 'https://a.example.com/api/' }, 'https://a.example.com/api', '/api'],
])('the server of the document is %s, and that of the page its path', async (_what, env, url, path) => {
  await using gateway = await bootGateway({ env });
  expect((await read(gateway.url)).servers).toEqual([{ url: url ?? gateway.url }]);
  const page = await fetch(`${gateway.url}/docs/json`);
  expect(await page.json()).toMatchObject({ servers: [{ url: path }] });
});

test('every route has a summary, a tag and error schemas', async () => {
  await using gateway = await bootGateway();

  for (const [name, { summary, tags, responses }] of operationsOf(await read(gateway.url))) {
    expect.soft(summary, name).toBeTruthy();
    expect.soft(tags, name).not.toEqual([]);
    // Not being ready is an answer of that route, not an error.
    const errors = Object.entries(responses).filter(
      ([status]) => Number(status) >= 400 && `${name} ${status}` !== 'get /readyz 503',
    );
    expect
      .soft(
        errors.map(([status]) => status),
        name,
      )
      .toContain('500');
    for (const [status, { content }] of errors) {
      expect.soft(Object.keys(content ?? {}), `${name} ${status}`).toEqual(['application/problem+json']);
    }
  }
});

test('a typed client generated from the document compiles and lists agents', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  await ada.createTask();
  // Beside the sources, so that the compiler and Node find the packages of the project.
  const folder = await mkdtemp(join(import.meta.dirname, '..', 'generated-client-'));
  try {
    const types = astToString(await openapiTS(JSON.stringify(await read(gateway.url))));
    await writeFile(join(folder, 'api.ts'), types);
    await writeFile(
      join(folder, 'client.ts'),
      `import createClient from 'openapi-fetch';
       import type { paths } from './api.ts';
       const client = createClient<paths>({
         baseUrl: process.argv[2] ?? '',
         headers: { authorization: \`Bearer \${process.argv[3]}\` },
       });
       const { data, error } = await client.GET('/v1/agents', { params: { query: {} } });
       if (error) throw new Error(error.code);
       const names: string[] = data.agents.map((agent) => agent.name);
       process.stdout.write(JSON.stringify(names));`,
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../../tsconfig.json', include: ['*.ts'] }),
    );
    const run = promisify(execFile);
    await run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '--project', folder]);
    const { stdout } = await run(process.execPath, [
      join(folder, 'client.ts'),
      gateway.url,
      ada.tokens.accessToken,
    ]);

    expect(JSON.parse(stdout)).toEqual(['Heron']);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test('the documentation page needs no other host', async () => {
  await using gateway = await bootGateway();
  const response = await fetch(`${gateway.url}/docs/`);
  const page = await response.text();

  expect(response.status).toBe(200);
  expect(page).not.toMatch(/(src|href)="https?:/);
  expect(response.headers.get('content-security-policy')).not.toMatch(/https:|\.io/);
  for (const [, file] of page.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)) {
    const asset = await fetch(new URL(String(file), `${gateway.url}/docs/`));
    expect(asset.status).toBe(200);
    await asset.arrayBuffer();
  }
});

interface NamedOperation extends Operation {
  operationId?: string;
  requestBody?: { required?: boolean };
}

test('every operation has an id of its own, and everything a client would name is a named schema', async () => {
  await using gateway = await bootGateway();
  const document = (await read(gateway.url)) as Document & {
    info: { version: string };
    tags: { name: string; description: string }[];
    components: { schemas: Record<string, { additionalProperties?: unknown }>; securitySchemes: object };
  };
  const operations = operationsOf(document) as [string, NamedOperation][];
  const ids = operations.map(([, { operationId }]) => operationId);
  expect(ids.filter((id) => !/^[a-z]+[A-Za-z]*$/.test(id ?? ''))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['listAgents', 'deployTask', 'followDeploymentEvents']));

  const { schemas, securitySchemes } = document.components;
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(
      ['Agent', 'AgentTask', 'Deployment', 'DeploymentEvent', 'DeploymentEventPage', 'Conversation'].concat([
        'AiTask',
        'AiTaskGraph',
        'Problem',
        'Credential',
        'PageInfo',
      ]),
    ),
  );
  expect(schemas.Deployment?.additionalProperties).toBeUndefined();
  expect(securitySchemes).toMatchObject({
    oauth: { flows: { clientCredentials: { tokenUrl: '/v1/auth/token' } } },
  });
  expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
  const told = document.tags.map(({ name }) => name);
  expect(operations.flatMap(([, { tags = [] }]) => tags.filter((tag) => !told.includes(tag)))).toEqual([]);
});

test('a body is required only where one is, and answers say which headers they have', async () => {
  await using gateway = await bootGateway();
  const operations = Object.fromEntries(operationsOf(await read(gateway.url))) as Record<
    string,
    NamedOperation
  >;
  const isRequired = (name: string) => operations[name]?.requestBody?.required;
  expect(isRequired('post /v1/agents')).toBe(true);
  expect(isRequired('post /v1/tasks/{taskId}/deployments')).toBe(false);
  expect(isRequired('post /v1/auth/refresh')).toBe(false);
  const headersOf = (name: string, status: string) =>
    Object.keys((operations[name]?.responses[status] as { headers?: object } | undefined)?.headers ?? {});
  expect(headersOf('get /v1/agents/{agentId}', '200')).toEqual([
    'x-request-id',
    'ratelimit',
    'ratelimit-policy',
    'etag',
  ]);
  expect(headersOf('get /v1/agents', '401')).toContain('www-authenticate');
  expect(headersOf('post /v1/agents', '201')).toContain('idempotent-replayed');
});

/** Bodies whose senders have more to say than we read: RFC 6749 (3.2) and the AI SDK's transport. */
const OPEN_BODIES = ['post /v1/auth/token', 'post /v1/deployments/{deploymentId}/chat'];

/** A JSON schema, as far as this test looks at it. */
interface Schema {
  $ref?: string;
  properties?: object;
  additionalProperties?: unknown;
}

test('what is sent has no further members, and what is answered may have some', async () => {
  await using gateway = await bootGateway();
  const document = await read(gateway.url);
  const { schemas } = (document as unknown as { components: { schemas: Record<string, Schema> } }).components;
  const follow = (schema: Schema): Schema => schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  /** The text of a schema and of all that it refers to. */
  const wholeOf = (schema: Schema, seen = new Set<string>()): string => {
    const text = JSON.stringify(schema);
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
    const below = names.flatMap((name) => {
      if (seen.has(name)) return [];
      seen.add(name);
      return wholeOf(schemas[name] ?? {}, seen);
    });
    return text + below.join('');
  };
  const schemaIn = (content: Record<string, unknown> = {}): Schema | undefined =>
    (content['application/json'] as { schema?: Schema } | undefined)?.schema;

  let bodies = 0;
  for (const [name, operation] of operationsOf(document)) {
    const { requestBody, responses } = operation as Operation & {
      requestBody?: { content: Record<string, unknown> };
    };
    const body = schemaIn(requestBody?.content);
    if (body !== undefined && follow(body).properties !== undefined) {
      bodies += 1;
      const isClosed = follow(body).additionalProperties === false;
      expect.soft(isClosed, name).toBe(!OPEN_BODIES.includes(name));
    }
    for (const [status, { content }] of Object.entries(responses)) {
      const answer = schemaIn(content);
      if (status.startsWith('2') && answer !== undefined)
        expect.soft(wholeOf(answer), `${name} ${status}`).not.toContain('"additionalProperties":false');
    }
  }
  expect(bodies).toBeGreaterThan(20);
});
