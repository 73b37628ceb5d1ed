import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bootGateway } from '../../support/gateway.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

interface Closed {
  code?: number;
  reason?: string;
}

/** What PROTOCOL.md (Close codes) tells users of the library to do. */
const isFinal = ({ code, reason = '' }: Closed) => code === 4403 && /^Token (missing|invalid)$/.test(reason);

/** How a subscription of the real client ends with these parameters, and how often the client has connected. */
async function refusalOf(url: string, connectionParams: Record<string, unknown>) {
  let connections = 0;
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryWait: () => Promise.resolve(),
    shouldRetry: (event) => (event as Closed).code !== undefined && !isFinal(event as Closed),
    on: {
      opened: () => {
        connections += 1;
      },
    },
  });
  const closed = await new Promise<Closed>((resolve, reject) =>
    client.subscribe(
      { query: 'subscription { deploymentEvents { id } }' },
      { next: reject, complete: reject, error: (error) => resolve(error as Closed) },
    ),
  );
  await client.dispose();
  return { code: closed.code, reason: closed.reason, connections };
}

test('graphql-ws is told at once why a token is refused, and retries only when a fresh token may help', async () => {
  await using gateway = await bootGateway({ polls: false, env: { ACCESS_TOKEN_TTL: '1s' } });
  const ada = await gateway.signUp();
  const authorization = `Bearer ${ada.tokens.accessToken}`;
  expect(await refusalOf(gateway.url, {})).toEqual({ code: 4403, reason: 'Token missing', connections: 1 });
  const bad = await refusalOf(gateway.url, { authorization: 'Bearer e.y.j' });
  expect(bad).toEqual({ code: 4403, reason: 'Token invalid', connections: 1 });
  while ((await ada.request('/v1/me')).status !== 401) await gateway.app.ready();
  const expired = await refusalOf(gateway.url, { authorization });
  expect(expired).toEqual({ code: 4403, reason: 'Token expired', connections: 6 });
});

test('a bad token in a ping closes the socket with the reason', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  probe.send({ type: 'ping', payload: { authorization: 'Bearer e.y.j' } });
  expect(await probe.closed).toEqual({ code: 4403, reason: 'Token invalid' });
});
