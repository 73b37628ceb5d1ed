import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { HOSTILE_HOSTS } from '../../lib/net/hostile-hosts.test-support.ts';
import { createSender, type Resolve, type ResolvedAddress } from './send.ts';

const MESSAGE = { id: 'msg_1', type: 'test' as const, eventSeq: null, body: '{}' };
const SECRETS = [`whsec_${Buffer.alloc(32).toString('base64')}`];

let connections = 0;
const server = createServer((_request, response) => response.end('ok'));
server.on('connection', () => {
  connections += 1;
});
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function tryOnce(url: string, resolve: Resolve) {
  const connection = createSender({ clock: systemClock, allowsPrivate: false, resolve, version: 'test' })(
    url,
  );
  try {
    return await connection.send(MESSAGE, SECRETS);
  } finally {
    await connection.close();
  }
}

const at = (address: string): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 });

test.each([...HOSTILE_HOSTS, 'localhost', 'localhost.', 'x.localhost'])(
  'no connection is made to http://%s',
  async (host) => {
    const before = connections;
    const tried = await tryOnce(`http://${host}:${port}/`, async () => [at('127.0.0.1')]);
    expect([tried.status, tried.outcome]).toEqual([null, 'ADDRESS_REFUSED']);
    expect(connections).toBe(before);
  },
);

test.each([
  [[at('127.0.0.1')]],
  [[at('93.184.215.14'), at('127.0.0.1')]],
  [[at('::ffff:127.0.0.1')]],
  [[at('169.254.169.254')]],
  [[]],
])('a name that resolves to %j is refused', async (addresses) => {
  const before = connections;
  const tried = await tryOnce(`http://hook.example.com:${port}/`, async () => addresses);
  expect(tried.outcome).toBe('ADDRESS_REFUSED');
  expect(connections).toBe(before);
});

test.each(HOSTILE_HOSTS)('a name that resolves to %s is refused', async (host) => {
  // DNS gives addresses, not spellings.
  const address = new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1');
  const tried = await tryOnce(`http://hook.example.com:${port}/`, async () => [at(address)]);
  expect(tried.outcome).toBe('ADDRESS_REFUSED');
});

test('a name that resolves to another address the second time is looked up once for a connection', async () => {
  let lookups = 0;
  const rebinding: Resolve = async () => {
    lookups += 1;
    // 192.0.2.0/24 would be refused; 240.0.0.0/4 too. This one is public, and nothing answers there in time.
    return [at(lookups === 1 ? '93.184.215.14' : '127.0.0.1')];
  };
  const before = connections;
  const connection = createSender({
    clock: { ...systemClock, after: (_delayMs, task) => systemClock.after(50, task) },
    allowsPrivate: false,
    resolve: rebinding,
    version: 'test',
  })(`http://hook.example.com:${port}/`);
  const first = await connection.send(MESSAGE, SECRETS);
  expect(lookups).toBe(1);
  expect(first.outcome).not.toBe('DELIVERED');
  const second = await connection.send(MESSAGE, SECRETS);
  await connection.close();
  expect(second.outcome).toBe('ADDRESS_REFUSED');
  expect(connections).toBe(before);
});

test('with private addresses allowed the loopback is reached', async () => {
  const connection = createSender({
    clock: systemClock,
    allowsPrivate: true,
    resolve: async () => [],
    version: 'test',
  })(`http://127.0.0.1:${port}/`);
  const tried = await connection.send(MESSAGE, SECRETS);
  await connection.close();
  expect([tried.status, tried.outcome]).toEqual([200, 'DELIVERED']);
});
