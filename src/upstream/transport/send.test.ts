import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { systemClock } from '../../lib/clock.ts';
import { isAmbiguous } from '../failure.ts';
import {
  drip,
  hang,
  json,
  type Reply,
  reset,
  type ScriptedServer,
  startScriptedServer,
  text,
} from '../scripted-server.test-support.ts';
import { createTransport, type Transport, type TransportRequest } from './send.ts';

const MAX_BYTES = 100_000;
let server: ScriptedServer;
let transport: Transport;

beforeEach(async () => {
  server = await startScriptedServer();
  transport = createTransport({
    maxBytes: MAX_BYTES,
    connections: 64,
    userAgent: 'quantgate/1.2.3',
    clock: systemClock,
  });
});
afterEach(async () => {
  await transport.close();
  await server.close();
});

function request(change: Partial<TransportRequest> = {}): TransportRequest {
  return {
    method: 'POST',
    url: `${server.url}/api/v2/agents/read?x=1`,
    headers: {},
    body: '{"agentId":1}',
    timeoutMs: 5_000,
    mayRepeat: true,
    ...change,
  };
}

function errorOf(change: Partial<TransportRequest> = {}): Promise<unknown> {
  return transport.send(request(change)).then(
    () => 'no error',
    (error: unknown) => error,
  );
}

test('sends its input, accepts plain JSON, and has a User-Agent', async () => {
  server.script(json({ success: true }, 200, { 'x-a': 'b' }));
  const answer = await transport.send(request({ headers: { timestamp: '1' } }));
  expect(answer).toMatchObject({ status: 200, body: { isJson: true, value: { success: true } } });
  expect(answer.header('x-a')).toBe('b');
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    path: '/api/v2/agents/read?x=1',
    body: '{"agentId":1}',
    headers: {
      'user-agent': 'quantgate/1.2.3',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': '13',
      timestamp: '1',
    },
  });
});

test('sends other methods, also without a body', async () => {
  server.script((response) => void response.writeHead(204).end());
  const answer = await transport.send(request({ method: 'DELETE', body: undefined }));
  expect(answer).toMatchObject({ status: 204, body: { isJson: false, problem: 'empty' } });
  expect(server.requests[0]?.headers['content-type']).toBeUndefined();
});

describe('unusable bodies', () => {
  test.each([
    ['not JSON', text('<html>Bad gateway</html>')],
    ['not JSON', text('{"success":tr')],
    ['empty', text('')],
    ['too large', text(`"${'x'.repeat(MAX_BYTES)}"`)],
    ['encoded', text(gzipSync('{"success":true}'), 200, { 'content-encoding': 'gzip' })],
    ['encoded', text(gzipSync('0'.repeat(20_000_000)), 200, { 'content-encoding': 'gzip' })],
  ])('%s', async (problem, reply) => {
    server.script(reply, json({ next: 'works' }));
    expect((await transport.send(request())).body).toMatchObject({ isJson: false, problem });
    expect((await transport.send(request())).body).toMatchObject({ isJson: true, value: { next: 'works' } });
  });

  test('an endless body is cut at the limit', async () => {
    server.script((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      response.writeHead(200);
      more();
    });
    expect((await transport.send(request())).body).toEqual({ isJson: false, problem: 'too large' });
  });
});

test('a request that a suspended process would send after its time is not sent', async () => {
  const clock = createManualClock();
  const suspended = createTransport({
    maxBytes: MAX_BYTES,
    connections: 1,
    userAgent: 'quantgate/1.2.3',
    clock,
  });
  const failure = suspended.send(request({ mayRepeat: false })).catch((error: unknown) => error);
  // As when the process stands still: the clock goes on, and no timer runs before the connection is open.
  clock.suspend(5_000);
  expect(await failure).toMatchObject({ code: 'UPSTREAM_TIMEOUT', facts: { mayHaveActed: false } });
  expect(server.requests).toHaveLength(0);
  await suspended.close();
});

test.each([
  ['a create', false, { status: 200 }],
  ['a read', true, { code: 'UPSTREAM_TIMEOUT' }],
])(
  '%s that left while the process was suspended: only the answer to a create is waited for',
  async (_what, mayRepeat, outcome) => {
    const clock = createManualClock();
    const options = { maxBytes: MAX_BYTES, connections: 1, userAgent: 'quantgate/1.2.3', clock };
    const suspended = createTransport(options);
    const arrived = Promise.withResolvers<ServerResponse>();
    server.script((response) => arrived.resolve(response));
    const sent = suspended.send(request({ mayRepeat })).catch((error: unknown) => error);
    const response = await arrived.promise;
    clock.suspend(20_000);
    await clock.advance(0);
    response.end('{}');
    expect(await sent).toMatchObject(outcome);
    await suspended.close();
  },
);

test('a create that is not answered after the suspension either fails by its timeout', async () => {
  const clock = createManualClock();
  const options = { maxBytes: MAX_BYTES, connections: 1, userAgent: 'quantgate/1.2.3', clock };
  const suspended = createTransport(options);
  const arrived = Promise.withResolvers<void>();
  server.script(() => arrived.resolve());
  const sent = suspended.send(request({ mayRepeat: false })).catch((error: unknown) => error);
  await arrived.promise;
  clock.suspend(20_000);
  await clock.advance(5_000);
  expect(await sent).toMatchObject({ code: 'UPSTREAM_TIMEOUT', facts: { mayHaveActed: true } });
  await suspended.close();
});

test('a redirect is not followed', async () => {
  server.script(text('', 302, { location: '/elsewhere' }));
  expect((await transport.send(request())).status).toBe(302);
  expect(server.requests).toHaveLength(1);
});

test('prototype keys are removed', async () => {
  server.script(
    text('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"a":1,"a":2}'),
  );
  const { body } = await transport.send(request());
  expect(body).toMatchObject({ isJson: true, value: { a: 2 } });
  expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
});

describe('connections that fail', () => {
  test('refused is definite', async () => {
    const gone = await startScriptedServer();
    await gone.close();
    const error = await errorOf({ url: gone.url });
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', facts: { health: 'unreachable' } });
    expect(isAmbiguous(error)).toBe(false);
  });

  test('an unknown host is definite', async () => {
    const error = await errorOf({ url: 'http://no-such-host.invalid/' });
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(error)).toBe(false);
  });

  test('reset after the request was read is ambiguous', async () => {
    server.script(reset);
    const error = await errorOf();
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(error)).toBe(true);
  });

  test('cut in the middle of the body is ambiguous', async () => {
    server.script((response) => {
      response
        .writeHead(200, { 'content-length': '100' })
        .write('{"success"', () => response.socket?.destroy());
    });
    const error = await errorOf();
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(isAmbiguous(error)).toBe(true);
  });

  test('what is not HTTP is a bad response', async () => {
    server.script((response) => void response.socket?.end('nonsense\r\n\r\n'));
    expect(await errorOf()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
  });

  test('neither the error nor its cause carries the request', async () => {
    server.script(reset);
    const error = (await errorOf({ headers: { authorization: 'Basic c2VjcmV0' } })) as Error;
    expect(JSON.stringify([error, error.cause, error.stack])).not.toContain('c2VjcmV0');
  });
});

describe('time', () => {
  test.each([
    ['no answer', hang],
    ['a dripping body', drip],
  ])('%s ends with the attempt, ambiguously', async (_name, reply) => {
    server.script(reply);
    const clock = createManualClock();
    const slow = createTransport({ maxBytes: MAX_BYTES, connections: 64, userAgent: 'x', clock });
    const ended = slow.send(request({ timeoutMs: 10_000 })).then(
      () => undefined,
      (error: unknown) => error,
    );
    await expect.poll(() => server.requests.length).toBe(1);
    await clock.advance(10_000);
    const error = await ended;
    expect(error).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(isAmbiguous(error)).toBe(true);
    expect(clock.pending()).toBe(0);
    await slow.close();
  });

  test('a call that ends before it is sent is definite and not sent', async () => {
    server.script(json({}));
    const expired = {
      ...createManualClock(),
      after: (_ms: number, task: () => void) => {
        task();
        return { cancel: () => undefined };
      },
    };
    const late = createTransport({ maxBytes: MAX_BYTES, connections: 64, userAgent: 'x', clock: expired });
    const error = await late.send(request()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(isAmbiguous(error)).toBe(false);
    await transport.send(request());
    expect(server.requests).toHaveLength(1);
    await late.close();
  });

  test('a caller that aborts gets its own reason', async () => {
    server.script(hang);
    const abort = new AbortController();
    const ended = errorOf({ signal: abort.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort(new Error('left'));
    expect(await ended).toMatchObject({ message: 'left' });
  });
});

test('a response without a request is never taken for the next one', async () => {
  const stray = '{"whose":"nobody"}';
  server.script(
    (response) => {
      const head = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      response.socket?.write(head('{"whose":"first"}') + head(stray));
    },
    json({ whose: 'second' }),
  );
  expect((await transport.send(request())).body).toMatchObject({ isJson: true, value: { whose: 'first' } });
  expect((await transport.send(request())).body).toMatchObject({ isJson: true, value: { whose: 'second' } });
});

describe('a server that closes idle connections as the next request arrives', () => {
  const CALLS = 20;
  /** Longer than a connection for requests that must not be repeated may be idle. */
  const IDLE_MS = 1_100;

  /** Answers on a new or busy connection; cuts one that has been idle for a second. */
  const cutIdle = (): Reply => {
    const usedAtMs = new WeakMap<Socket, number>();
    return (response, seen) => {
      const { socket } = response;
      if (socket === null) return;
      const isIdle = Date.now() - (usedAtMs.get(socket) ?? Date.now()) >= 1_000;
      usedAtMs.set(socket, Date.now());
      if (isIdle) socket.destroy();
      else json({ success: true })(response, seen);
    };
  };

  const lostAfterIdle = async (mayRepeat: boolean): Promise<number> => {
    server.script(cutIdle());
    const sendAll = () => Promise.all(Array.from({ length: CALLS }, () => errorOf({ mayRepeat })));
    await sendAll();
    await sleep(IDLE_MS);
    return (await sendAll()).filter(isAmbiguous).length;
  };

  test('no create is lost on them', async () => {
    expect(await lostAfterIdle(false)).toBe(0);
  });

  test('reads keep using them, because a read is sent again', async () => {
    expect(await lostAfterIdle(true)).toBe(CALLS);
    expect(server.connections()).toBe(CALLS);
  });
});

test('an answer that nobody asked for reaches no later call', async () => {
  const unasked =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{"foreign":1}';
  const own = (n: number): Reply => json({ own: n });
  const withMore: Reply = ({ socket }) => {
    const body = '{"own":1}';
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket?.write(`${head}\r\n\r\n${body}${unasked}`);
  };
  server.script(withMore, own(2), own(3));
  for (const n of [1, 2, 3]) {
    expect((await transport.send(request())).body).toMatchObject({ value: { own: n } });
  }
});
