import { type AuditResult, serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { bootGateway, type Gateway } from '../support/gateway.ts';

/** Every audit of the GraphQL over HTTP specification, asked by a signed-in caller. */
async function audit(gateway: Gateway): Promise<AuditResult[]> {
  const { tokens } = await gateway.signUp();
  const fetchFn = (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${tokens.accessToken}`);
    return fetch(url, { ...init, headers });
  };
  const audits = serverAudits({ url: `${gateway.url}/graphql`, fetchFn });
  const results: AuditResult[] = [];
  // The second round meets documents that are remembered and compiled.
  for (const one of [...audits, ...audits]) results.push(await one.fn());
  return results;
}

function failuresOf(results: AuditResult[]): string[] {
  return results.flatMap((result) =>
    result.status === 'ok' ? [] : [`${result.status} ${result.id} ${result.name}: ${result.reason}`],
  );
}

/** How many of each verdict there are. */
function tally(results: AuditResult[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(results, ({ status }) => status)].map(([status, { length }]) => [status, length]),
  );
}

test('all 61 GraphQL-over-HTTP audits pass, for new and for cached documents', async () => {
  await using gateway = await bootGateway({ polls: false, env: { INTROSPECTION: 'on' } });

  const results = await audit(gateway);

  console.info(`GraphQL over HTTP: ${JSON.stringify(tally(results))} of ${results.length} in two rounds`);
  expect(failuresOf(results)).toEqual([]);
  expect(results).toHaveLength(2 * 61);
});

test('without introspection only the audits that need the schema fail', async () => {
  await using gateway = await bootGateway({ polls: false, env: { INTROSPECTION: 'off' } });

  const results = await audit(gateway);

  const failed = results.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${status} ${id}`);
  expect(new Set(failed)).toEqual(new Set(['error 28B9', 'warn 2EA1', 'notice D6D5', 'notice 6A70']));
});
