import { expect, test } from 'vitest';
import type { FaultRule } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const LIST = '{ agents { id } }';
const CREATE = 'mutation { createAgent(input: { name: "Heron" }) { id } }';

/** Patience is short only where it is to run out. */
function envFor(code: string) {
  return {
    UPSTREAM_MAX_BYTES: '64kb',
    ...(code === 'UPSTREAM_TIMEOUT' && { UPSTREAM_TIMEOUT: '600ms' }),
  };
}

test.each<[FaultRule, string, Record<string, unknown>]>([
  [{ kind: 'throttleText' }, 'UPSTREAM_THROTTLED', { retryAfter: 20 }],
  [{ kind: 'status429' }, 'UPSTREAM_THROTTLED', { retryAfter: 20 }],
  [{ kind: 'status429', retryAfter: 30 }, 'UPSTREAM_THROTTLED', { retryAfter: 30 }],
  [{ kind: 'status429', retryAfter: 'nonsense' }, 'UPSTREAM_THROTTLED', { retryAfter: 20 }],
  [{ kind: 'status503' }, 'UPSTREAM_THROTTLED', { retryAfter: 20 }],
  [{ kind: 'status503', retryAfter: 45 }, 'UPSTREAM_THROTTLED', { retryAfter: 45 }],
  [{ kind: 'capacity' }, 'UPSTREAM_NO_CAPACITY', {}],
  [{ kind: 'status500' }, 'UPSTREAM_UNAVAILABLE', {}],
  [{ kind: 'reset' }, 'UPSTREAM_UNAVAILABLE', {}],
  [{ kind: 'truncate' }, 'UPSTREAM_UNAVAILABLE', {}],
  [{ kind: 'html', httpStatus: 502 }, 'UPSTREAM_UNAVAILABLE', {}],
  [{ kind: 'html' }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'html', httpStatus: 404 }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'huge', bytes: 200_000 }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'deep', depth: 10_000 }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'redirect' }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'gzip' }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'gzip', bytes: 2_000_000 }, 'UPSTREAM_BAD_RESPONSE', {}],
  [{ kind: 'hang' }, 'UPSTREAM_TIMEOUT', {}],
  [{ kind: 'slow', delayMs: 5_000 }, 'UPSTREAM_TIMEOUT', {}],
  [{ kind: 'drip', everyMs: 100 }, 'UPSTREAM_TIMEOUT', {}],
  [{ kind: 'http401' }, 'CREDENTIAL_REJECTED', {}],
  [{ kind: 'hash200' }, 'CREDENTIAL_REJECTED', {}],
  [
    { kind: 'refusal', message: 'The name is in use.' },
    'UPSTREAM_REJECTED',
    { upstreamErrors: ['The name is in use.'] },
  ],
])('%o becomes %s, with our own HTTP status', async (fault, code, details) => {
  await using gateway = await bootGateway({ polls: false, env: envFor(code) });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.faults.add({ ...fault, times: 'forever' });

  const response = await ada.request('/graphql', { method: 'POST', body: JSON.stringify({ query: LIST }) });
  const text = await response.text();

  expect(response.status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    data: null,
    errors: [
      {
        message: expect.any(String),
        path: ['agents'],
        locations: expect.anything(),
        extensions: {
          code,
          requestId: response.headers.get('x-request-id') ?? expect.any(String),
          ...details,
        },
      },
    ],
  });
  expect(text).not.toMatch(/<html|<!doctype|Hash doesn't|UID|node:|\.ts:|One moment|elsewhere/i);
});

test('a read that fails once is retried, and succeeds', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.faults.add({ kind: 'status500' });

  expect(await ada.ask(LIST)).toEqual({ agents: [] });
});

test('while the upstream is down the answer soon comes at once, without a call', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.faults.add({ kind: 'reset', times: 'forever' });
  await refusalOf(ada, LIST);
  await refusalOf(ada, LIST);
  gateway.simulator.calls.reset();

  const { extensions } = await refusalOf(ada, LIST);

  expect(extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfter: expect.any(Number) });
  expect(gateway.simulator.calls.count()).toBe(0);
});

test('upstream messages come without signatures, accounts, keys, places and markup', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const hash = 'a5a5b08caacc018fd0513893cb11cfba148f5ef9ed80b95489069084ad941935';
  const received = [
    `Hash doesn't match. UID: 12345 Hash: ${hash} Timestamp: '1700000000'`,
    `Denied for UID 12345 with Basic MTIzNDU6${hash} at 1700000000`,
    'Failed in /var/www/api/v2/agents/create.php:17',
    '#0 /srv/app/Agents.php(112): create()\n#1 {main}',
    '<html><body><h1>500</h1></body></html>',
    'token=abcdef0123456789abcdef0123456789 is odd',
  ];

  for (const message of received) {
    gateway.simulator.faults.add({ kind: 'refusal', message });
    const answer = JSON.stringify(await ada.graphql(CREATE));
    expect(answer).toMatch(/CREDENTIAL_REJECTED|UPSTREAM_REJECTED/);
    expect(answer, message).not.toMatch(/12345|a5a5b08c|MTIzNDU6|\/var\/www|\/srv\/|\.php|<h|abcdef0123/);
  }
  expect(gateway.logLines.filter((line) => line.includes(hash))).toEqual([]);
});
