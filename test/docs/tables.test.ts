import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { errorCodes, statusOf } from '../../src/errors.ts';
import { bootGateway } from '../support/gateway.ts';
import { configVariables, readProjectFile } from './environment.ts';

/** The cells of each row whose first cell is one word in backticks. */
function rowsOf(document: string): string[][] {
  return [...readProjectFile(document).matchAll(/^\| (`[^`]+` \|.*)\|$/gm)].map(([, row = '']) =>
    row.split(' |').map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  );
}

const variables = new Map(
  rowsOf('docs/operate/configuration.md').map(([name = '', value = '']) => [name, value]),
);

test('configuration.md has every variable and no other', () => {
  expect([...variables.keys()].sort()).toEqual(configVariables().sort());
});

test('configuration.md has the defaults', () => {
  const defaults = [...variables].filter(([, value]) => !['unset', 'empty'].includes(value));
  expect(defaults.length).toBeGreaterThan(20);
  const [host, port, publicUrl] = ['HOST', 'PORT', 'PUBLIC_URL'].map((name) => variables.get(name) ?? '');
  const environment = defaults.map(([name, value]) => [
    name,
    value.replace('PUBLIC_URL', publicUrl!).replace('HOST', host!).replace('PORT', port!),
  ]);
  expect(loadConfig(Object.fromEntries(environment))).toEqual(loadConfig({}));
});

test('dependencies.md has every package that the gateway needs when it runs, and no other', () => {
  const { dependencies } = JSON.parse(readProjectFile('package.json')) as { dependencies: object };
  const rows = readProjectFile('docs/dependencies.md').matchAll(/^\| (`.+?`) \|/gm);
  const listed = [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
});

test('errors.md has every code with its status', () => {
  const codes = rowsOf('docs/guide/errors.md').filter(([, status = '']) => /^\d{3}$/.test(status));
  expect(codes.map(([code, status]) => [code, Number(status)]).sort()).toEqual(
    errorCodes.map((code) => [code, statusOf(code)]).sort(),
  );
});

test('rest.md has every route, and says which of them take an idempotency key', async () => {
  await using gateway = await bootGateway();
  const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenApi;
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [] }]) => [
      `${method.toUpperCase()} ${path}`,
      parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'),
    ]),
  );
  const listed = rowsOf('docs/guide/rest.md')
    .filter(([route = '']) => /^[A-Z]+ \//.test(route))
    .map(([route, , key]) => [route, key === 'yes']);
  expect(listed.sort()).toEqual(described.sort());
});

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
}
