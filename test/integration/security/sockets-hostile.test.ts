import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';

const VIEWER = '{ viewer { email } }';

/** Asks for a socket and is gone before the answer comes. */
function askAndVanish(port: number, path: string, origin: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: gateway\r\norigin: ${origin}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n',
        () => socket.resetAndDestroy(),
      );
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

test('a peer that disconnects before its refusal does no harm', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const port = Number(new URL(gateway.url).port);
  const crashes: unknown[] = [];
  const onCrash = (error: unknown): number => crashes.push(error);
  process.on('uncaughtExceptionMonitor', onCrash);
  for (let round = 0; round < 50; round += 1) {
    await Promise.all([
      askAndVanish(port, '/nowhere', gateway.url),
      askAndVanish(port, '/graphql', 'https://evil.example.com'),
      askAndVanish(port, '/graphql', gateway.url),
    ]);
  }
  expect(await ada.ask(VIEWER)).toEqual({ viewer: { email: 'ada@example.com' } });
  process.off('uncaughtExceptionMonitor', onCrash);
  expect(crashes).toEqual([]);
});

test('a peer without pongs is closed and frees its slot; one that answers stays', async () => {
  const clock = createManualClock(Date.now());
  await using gateway = await bootGateway({ clock, polls: false, env: { MAX_SOCKETS_PER_USER: '2' } });
  const ada = await gateway.signUp();
  const token = ada.tokens.accessToken;
  await using alive = await openAcknowledged(gateway.url, token);
  await using silent = await openAcknowledged(gateway.url, token);
  silent.socket.pause();
  for (let seconds = 0; seconds < 90; seconds += 5) await clock.advance(5_000);

  await using _next = await openAcknowledged(gateway.url, token);
  silent.socket.resume();
  expect(await silent.closed).toMatchObject({ code: 1013 });
  alive.subscribe('1', VIEWER);
  expect((await alive.messages.next()).type).toBe('next');
});

test('frames that violate the WebSocket protocol close their own socket only', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await using other = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  await using probe = await openProbe(gateway.url);
  // An unmasked frame of a reserved kind.
  (probe.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
    Buffer.from([0xff, 0x00]),
  );
  expect([1002, 1006]).toContain((await probe.closed).code);
  other.subscribe('1', VIEWER);
  expect((await other.messages.next()).type).toBe('next');
});

test('a thousand idle connections keep no request from its answer', async () => {
  await using gateway = await bootGateway({ polls: false });
  const port = Number(new URL(gateway.url).port);
  await using idle = new AsyncDisposableStack();
  const connected = Array.from({ length: 1_000 }, () => {
    const socket = connect(port, '127.0.0.1');
    idle.defer(() => void socket.destroy());
    return once(socket, 'connect');
  });
  await Promise.all(connected);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  expect((await gateway.signUp()).tokens.accessToken).not.toBe('');
});
