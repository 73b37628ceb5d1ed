import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { startGateway, temporaryFolder } from '../../support/process.ts';

test("both upstreams get the gateway's version as User-Agent", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const asked: [path: string | undefined, userAgent: string | undefined][] = [];
  const upstream = createServer(({ url, headers }, response) => {
    asked.push([url?.split('?')[0], headers['user-agent']]);
    response.setHeader('content-type', 'application/json').end('{"success":true,"tasks":[]}');
  }).listen(0, '127.0.0.1');
  stack.defer(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const gateway = stack.use(
    await startGateway({
      PORT: '0',
      DATA_DIR: folder.path,
      QUANTCONNECT_BASE_URL: `${url}/api/v2`,
      QUANTCDN_BASE_URL: url,
    }),
  );
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  await ada.saveQuantCdnCredential(seededQuantCdnToken);

  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(asked).toEqual([
    ['/api/v2/authenticate', `quantgate/${version}`],
    ['/api/v3/organizations/acme/ai/tasks', `quantgate/${version}`],
  ]);
});
