import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bus, createMemoryBus } from '../../src/events/bus.ts';
import { createSharedBus } from '../../src/events/shared-bus.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createChannel } from '../../src/redis/channel.ts';
import { isRedisMissing, redisUrl, type TemporaryRedis, temporaryRedis } from '../support/redis.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

/** Buses of as many processes as may share one: one in memory, two on Redis. */
interface Bed {
  readonly replicas: readonly Bus[];
}

function memoryBed(): Bed {
  let replicas: Bus[] = [];
  beforeEach(() => {
    replicas = [createMemoryBus()];
  });
  return {
    get replicas() {
      return replicas;
    },
  };
}

/** The second process reaches Redis by a way that can be cut. */
function redisBed() {
  let server: TemporaryRedis;
  let proxy: TcpProxy;
  let replicas: Bus[] = [];
  beforeEach(async () => {
    server = await temporaryRedis();
    proxy = await tcpProxy(redisUrl);
    const connections = [await server.connect(), await server.connect({ url: proxy.url })];
    replicas = connections.map((redis) => createSharedBus(createChannel(redis, 'hints', systemRandom)));
    // Resolves only when every channel is subscribed.
    for (const redis of connections) await expect.poll(() => redis.check().then(() => true)).toBe(true);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });
  return {
    get replicas() {
      return replicas;
    },
    get server() {
      return server;
    },
    get proxy() {
      return proxy;
    },
  };
}

/** Hints as they arrive at one listener. */
function listenTo(bus: Bus, stream: string) {
  const received: number[] = [];
  const stop = bus.subscribe(stream, (position) => received.push(position));
  return { received, stop };
}

/** Resolves when all earlier hints have arrived everywhere, because hints stay in order. */
async function settle(replicas: readonly Bus[]): Promise<void> {
  for (const from of replicas) {
    const stream = `settled:${systemRandom.uuid()}`;
    const listeners = replicas.map((to) => listenTo(to, stream));
    from.publish(stream, 1);
    for (const { received, stop } of listeners) {
      await expect.poll(() => received, { timeout: 10_000 }).toEqual([1]);
      stop();
    }
  }
}

function suite(bed: Bed): void {
  test('a hint reaches each listener of its stream once, local ones at once', async () => {
    const { replicas } = bed;
    const listeners = replicas.flatMap((bus) => [listenTo(bus, 'events:ada'), listenTo(bus, 'events:ada')]);
    const strangers = replicas.map((bus) => listenTo(bus, 'events:bob'));
    replicas[0]?.publish('events:ada', 7);
    expect(listeners[0]?.received).toEqual([7]);
    expect(listeners[1]?.received).toEqual([7]);
    await settle(replicas);
    expect(listeners.map(({ received }) => received)).toEqual(listeners.map(() => [7]));
    expect(strangers.map(({ received }) => received)).toEqual(strangers.map(() => []));
  });

  test('hints of one process arrive in order', async () => {
    const { replicas } = bed;
    const listeners = replicas.map((bus) => listenTo(bus, 'events:ada'));
    const positions = Array.from({ length: 200 }, (_, index) => index);
    for (const position of positions) replicas[0]?.publish('events:ada', position);
    await settle(replicas);
    for (const { received } of listeners) expect(received).toEqual(positions);
  });

  test('a hint says what it is about; one about too much, or about anything, does not', async () => {
    const { replicas } = bed;
    const heard = replicas.map((bus) => {
      const hints: unknown[] = [];
      bus.subscribe('events:ada', (position, topics) => hints.push([position, topics]));
      return hints;
    });
    const many = Array.from({ length: 100 }, (_, index) => `d:A-${index}`.padEnd(36, '0'));
    replicas[0]?.publish('events:ada', 1, ['d', 'd:A-1']);
    replicas[0]?.publish('events:ada', 2);
    replicas[0]?.publish('events:ada', 3, many);
    await settle(replicas);
    for (const [index, hints] of heard.entries()) {
      const aboutMany = index === 0 ? many : undefined;
      expect(hints).toEqual([
        [1, ['d', 'd:A-1']],
        [2, undefined],
        [3, aboutMany],
      ]);
    }
  });

  test('a stopped listener gets no more hints; stopping twice stops no other', async () => {
    const { replicas } = bed;
    const [leaving, staying] = replicas.map((bus) => [
      listenTo(bus, 'events:ada'),
      listenTo(bus, 'events:ada'),
    ])[replicas.length - 1] as [ReturnType<typeof listenTo>, ReturnType<typeof listenTo>];
    leaving.stop();
    leaving.stop();
    replicas[0]?.publish('events:ada', 1);
    await settle(replicas);
    expect([leaving.received, staying.received]).toEqual([[], [1]]);
  });
}

describe('in memory', () => suite(memoryBed()));

describe.skipIf(isRedisMissing)('on Redis', () => {
  const bed = redisBed();
  suite(bed);

  test('malformed messages are skipped, and a forged hint is only a hint', async () => {
    const { replicas, server } = bed;
    const listeners = replicas.map((bus) => listenTo(bus, 'events:ada'));
    const sender = systemRandom.uuid();
    const bad = ['', '{', 'null', '[]', '["events:ada"]', '["events:ada",-1]', '["events:ada",1.5]', '[7,7]'];
    const worse = [
      '["events:ada","1"]',
      '["events:ada",1,2]',
      '["events:ada",1,["d",2]]',
      '["events:ada",1,["d"],4]',
      '{"0":"events:ada","1":1}',
      'x'.repeat(100_000),
    ];
    for (const message of [...bad, ...worse]) {
      await server.forge('hints', `${sender} ${message}`);
      await server.forge('hints', message);
    }
    await server.forge('hints', `${sender} ["events:ada",99]`);
    await settle(replicas);
    for (const { received } of listeners) expect(received).toEqual([99]);
  });

  test('while Redis is down hints stay local; afterwards every listener gets one', async () => {
    const { replicas, proxy } = bed;
    const [here, cut] = replicas as [Bus, Bus];
    const ada = listenTo(cut, 'events:ada');
    const bob = listenTo(cut, 'events:bob');
    const gone = listenTo(cut, 'events:eve');
    gone.stop();
    await settle(replicas);

    await proxy.goAway();
    cut.publish('events:ada', 1);
    here.publish('events:ada', 2);
    here.publish('events:bob', 3);
    expect([ada.received, bob.received]).toEqual([[1], []]);

    await proxy.comeBack();
    await expect.poll(() => bob.received, { timeout: 10_000 }).toEqual([0]);
    await expect
      .poll(async () => {
        here.publish('events:bob', 4);
        return bob.received.includes(4);
      })
      .toBe(true);
    expect([ada.received, gone.received]).toEqual([[1, 0], []]);
    expect(bob.received.filter((position) => position === 0)).toHaveLength(1);
  });
});
