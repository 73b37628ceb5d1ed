import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { type JsonSchema, roughly } from '../../support/schema-arbitrary.ts';

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: JsonSchema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: object;
}

/** More than 5,000 requests in all, however many operations there are. */
const REQUESTS = 5_200;

/** Would end the caller's own session, or answer for ever. */
const LEFT_OUT = /^(post \/v1\/auth\/logout|delete \/v1\/sessions|get \/docs)/;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

test('no input causes a 5xx, or an answer outside the declared schemas', async () => {
  await using gateway = await bootGateway({ env: { LOGIN_RATE: '100000/1m' } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const deploymentId = await ada.deploy(taskId);
  const known: Record<string, string[]> = {
    taskId: [taskId],
    agentId: ['101'],
    deploymentId: [deploymentId],
  };

  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: document.components });
  const operations = Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    .filter(({ path, method }) => !LEFT_OUT.test(`${method} ${path}`));
  const judges = new Map<object, ReturnType<Ajv2020['compile']>>();
  const judge = (schema: object) => {
    const known = judges.get(schema);
    if (known) return known;
    const compiled = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('#/components', 'openapi#/components')),
    );
    judges.set(schema, compiled);
    return compiled;
  };

  let sent = 0;
  for (const { path, method, operation } of operations) {
    const parameters = operation.parameters ?? [];
    const bodySchema = operation.requestBody?.content['application/json']?.schema;
    const request = fc.record({
      parameters: fc.record(
        Object.fromEntries(
          parameters.map(({ name, schema, in: place }) => [
            name,
            place === 'path'
              ? fc.oneof(
                  fc.constantFrom(...(known[name] ?? ['1'])),
                  fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/^\.{1,2}$/.test(text)),
                )
              : fc.option(roughly(schema), { nil: undefined }),
          ]),
        ),
      ),
      body: bodySchema ? roughly(bodySchema) : fc.constant(undefined),
    });

    await fc.assert(
      fc.asyncProperty(request, async ({ parameters: values, body }) => {
        sent += 1;
        const url = new URL(
          path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(textOf(values[name]))),
          gateway.url,
        );
        const headers: Record<string, string> = {};
        for (const { name, in: place } of parameters) {
          const value = values[name];
          if (value === undefined || place === 'path') continue;
          if (place === 'query') url.searchParams.set(name, textOf(value));
          // A header holds printable ASCII only; anything else does not leave the client.
          else headers[name] = textOf(value).replace(/[^\x21-\x7e]/g, '') || 'x';
        }
        const response = await ada.request(url.pathname + url.search, {
          method: method.toUpperCase(),
          headers,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        const what = `${method} ${url.pathname}${url.search} ${JSON.stringify(body)} → ${response.status} ${text.slice(0, 500)}`;
        expect(response.status, what).toBeLessThan(500);
        const declared = operation.responses[String(response.status)];
        expect(declared, what).toBeDefined();
        const type = response.headers.get('content-type')?.split(';')[0] ?? '';
        const schema = declared?.content?.[type]?.schema;
        if (schema === undefined) {
          expect(text, what).toBe('');
          return;
        }
        const fits = judge(schema);
        expect(fits(JSON.parse(text)), `${what} ${JSON.stringify(fits.errors)}`).toBe(true);
      }),
      { numRuns: Math.ceil(REQUESTS / operations.length), seed: 7 },
    );
  }
  expect(sent).toBeGreaterThanOrEqual(5_000);
}, 240_000);
