import { Script } from 'node:vm';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../../src/http/graphql/graphiql-examples.ts';
import { createSchema } from '../../../src/http/graphql/schema.ts';
import { bootGateway } from '../../support/gateway.ts';
import { codesOf } from '../../support/graphql-errors.ts';

/** What a page would fetch by itself while it is being shown. */
function loadsOf(page: string): string[] {
  const markup = page.replaceAll(/<(script|style)\b([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2>');
  return [
    ...markup.matchAll(/<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/gi),
  ]
    .map(([, address = '']) => address)
    .filter((address) => !address.startsWith('data:'));
}

function stylesOf(page: string): string {
  return [...page.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('\n');
}

test('GraphiQL is a page with one script, needs no other host, and may reach none', async () => {
  await using gateway = await bootGateway({ polls: false, env: { GRAPHIQL: 'on' } });

  const response = await fetch(`${gateway.url}/graphiql`);
  const page = await response.text();
  const policy = response.headers.get('content-security-policy') ?? '';

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(loadsOf(page)).toEqual([expect.stringMatching(/^graphiql\/script\.js\?v=[\w-]{43}$/)]);
  expect(stylesOf(page)).not.toMatch(/(?:@import|url\()\s*["']?(?:https?:)?\/\//);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
  const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
  expect(/<script nonce="([^"]+)" src=/.exec(page)?.[1]).toBe(nonce);
  // What the browser will run.
  const loaded = await fetch(new URL(loadsOf(page)[0] ?? '', `${gateway.url}/graphiql`));
  const source = await loaded.text();
  expect(loaded.headers.get('content-type')).toContain('text/javascript');
  expect(source).toContain('renderYogaGraphiQL');
  expect(() => new Script(source)).not.toThrow();
});

test('the browser keeps the script of GraphiQL, but not under the address of another version', async () => {
  await using gateway = await bootGateway({ polls: false, env: { GRAPHIQL: 'on' } });
  const [address = ''] = loadsOf(await (await fetch(`${gateway.url}/graphiql`)).text());
  const cachingOf = async (path: string) =>
    (await fetch(`${gateway.url}/${path}`)).headers.get('cache-control');

  expect(await cachingOf(address)).toBe('public, max-age=31536000, immutable');
  expect(await cachingOf('graphiql/script.js?v=another')).toBe('no-store');
});

test('each example of GraphiQL is one valid operation with a name', () => {
  const schema = createSchema();
  for (const { query } of EXAMPLES) {
    const document = parse(query);
    expect(validate(schema, document), query).toEqual([]);
    expect(document.definitions).toEqual([
      expect.objectContaining({ kind: 'OperationDefinition', name: expect.anything() }),
    ]);
  }
});

test('every page has its own nonce', async () => {
  await using gateway = await bootGateway({ polls: false, env: { GRAPHIQL: 'on' } });
  const policyOf = async () =>
    (await fetch(`${gateway.url}/graphiql`)).headers.get('content-security-policy');

  expect(await policyOf()).not.toBe(await policyOf());
});

test('GraphiQL, and every other tool, can read the whole schema', async () => {
  await using gateway = await bootGateway({ polls: false, env: { INTROSPECTION: 'on' } });
  const ada = await gateway.signUp();
  const whole = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true });

  const schema = buildClientSchema(await ada.ask<IntrospectionQuery>(whole));

  expect(schema.getType('Deployment')?.description).toBe('One run of a task.');
});

test('introspection queries are limited too', async () => {
  await using gateway = await bootGateway({ polls: false, env: { INTROSPECTION: 'on' } });
  const ada = await gateway.signUp();
  const circle = 'fields { type { '.repeat(5);
  const query = `{ __schema { types { ${circle} name ${'}}'.repeat(5)} } } }`;

  expect(codesOf(await ada.graphql(query))[0]).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('GraphiQL is absent when it is off', async () => {
  await using gateway = await bootGateway({ polls: false, env: { GRAPHIQL: 'off' } });

  expect((await fetch(`${gateway.url}/graphiql`)).status).toBe(404);
});

test('a client that only accepts events is redirected from /graphql to the stream', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const query = `subscription { deploymentEvents(deploymentId: "${id}", after: "0", untilTerminal: true) { status } }`;

  const response = await ada.request(`/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'text/event-stream' },
  });
  expect(response.redirected).toBe(true);
  expect(await response.text()).toMatch(/event: next\ndata: .*"COMPLETED"[\s\S]*event: complete/);
});
