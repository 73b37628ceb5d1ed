import { request } from 'node:http';
import { openProbe, type Probe } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';

/** One connection, from its beginning to its end. */
export type Cycle = () => Promise<void>;

const EVENTS = 'subscription { deploymentEvents { id } }';

/** What clients do on a socket, abusive ones among them. Each is left alone in the middle. */
export function socketManners(token: string): ((probe: Probe) => Promise<void>)[] {
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${token}` } };
  const subscribe = (id: string) => ({ type: 'subscribe', id, payload: { query: EVENTS } });
  const complete = (id: string) => ({ type: 'complete', id });
  const say =
    (...messages: unknown[]) =>
    async (probe: Probe): Promise<void> =>
      messages.forEach(probe.send);
  return [
    async (probe) => {
      await probe.introduce(token);
      await say(subscribe('1'), subscribe('2'), { type: 'ping' })(probe);
    },
    async (probe) => probe.socket.terminate(),
    say(init),
    say(init, init, subscribe('1')),
    async (probe) => {
      await probe.introduce(token);
      await say(subscribe('1'), subscribe('1'))(probe);
    },
    async (probe) => {
      await probe.introduce(token);
      const turns = Array.from({ length: 5 }, () => [subscribe('1'), complete('1')]).flat();
      await say(...turns, subscribe('1'))(probe);
      // Asks the store too: when this is answered, all earlier work has begun.
      probe.subscribe('last', '{ viewer { credentials { id } } }');
      await probe.messages.until(({ id }) => id === 'last').catch(() => probe.closed);
    },
    async (probe) => {
      await probe.introduce(token);
      await say({ ...init, type: 'ping' }, subscribe('1'))(probe);
    },
    async (probe) => {
      await probe.introduce(token);
      await say(subscribe('1'), 'nonsense')(probe);
    },
  ];
}

/** Connections of every kind: sockets, event streams and requests that are left alone. */
export function allManners(url: string, token: string): Cycle[] {
  const sockets = socketManners(token).map((manner) => async () => {
    await using probe = await openProbe(url);
    await manner(probe);
  });
  const stream =
    (path: string, body?: object): Cycle =>
    async () => {
      await using opened = await openEvents(`${url}${path}`, token, body && { body });
      opened.response.resume();
    };
  const halfSent: Cycle = () =>
    new Promise((resolve) => {
      const half = request(`${url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': '1000',
        },
      });
      half.on('error', () => resolve()).on('close', () => resolve());
      half.write('{"query":', () => half.destroy());
    });
  return [
    ...sockets,
    stream('/graphql/stream', { query: EVENTS }),
    stream('/graphql/stream', { query: '{ viewer { nothing } }' }),
    stream('/v1/events'),
    halfSent,
  ];
}
