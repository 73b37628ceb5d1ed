import { expect, test } from 'vitest';
import { createMemoryBus } from '../../../src/events/bus.ts';
import { socketManners } from '../../audit/worlds/manners.ts';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';

const CYCLES = 2_000;
const AT_ONCE = 20;
const MAX_SOCKETS = 50;

test(`after ${CYCLES} connections, abusive ones among them, nothing is left`, {
  timeout: 120_000,
}, async () => {
  // A timer is pending for every socket, every identity and every follower that waits: none may outlive its socket.
  const clock = createManualClock(Date.now());
  await using gateway = await bootGateway({
    clock,
    polls: false,
    env: { MAX_SOCKETS_PER_USER: String(MAX_SOCKETS), LOG_LEVEL: 'silent' },
  });
  const ada = await gateway.signUp();
  const token = ada.tokens.accessToken;
  const manners = socketManners(token);
  // What is remembered of a caller has one timer, which this clock never fires.
  await ada.ask('{ viewer { credentials { id } } }');
  const before = clock.pending();
  for (let cycle = 0; cycle < CYCLES; cycle += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        await using probe = await openProbe(gateway.url);
        await manners[index % manners.length]?.(probe);
      }),
    );
  }
  await expect.poll(() => clock.pending(), { timeout: 10_000 }).toBe(before);

  // Every place in the registry has come free again.
  const all = await Promise.all(
    Array.from({ length: MAX_SOCKETS }, () => openAcknowledged(gateway.url, token)),
  );
  for (const probe of all) probe.socket.terminate();
  await expect.poll(() => clock.pending(), { timeout: 10_000 }).toBe(before);
});

test('a logout during connection_init leaves no socket of the session open', {
  timeout: 60_000,
}, async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'silent' } });
  const ada = await gateway.signUp();
  for (let round = 0; round < 40; round += 1) {
    await ada.signIn('ada@example.com');
    const authorization = `Bearer ${ada.tokens.accessToken}`;
    const probes = await Promise.all(Array.from({ length: 4 }, () => openProbe(gateway.url)));
    const leaving = ada.post('/v1/auth/logout', {});
    for (const probe of probes) probe.send({ type: 'connection_init', payload: { authorization } });
    await leaving;
    for (const probe of probes) expect(await probe.closed).toMatchObject({ code: 4403 });
    ada.tokens.accessToken = '';
  }
});

test('the bus forgets stopped listeners', () => {
  const bus = createMemoryBus();
  const received: string[] = [];
  const stops = ['a', 'b'].map((name) =>
    bus.subscribe('stream', (position) => received.push(`${name}${position}`)),
  );
  bus.publish('stream', 1);
  stops[0]?.();
  stops[0]?.();
  bus.publish('stream', 2);
  bus.publish('another', 3);
  stops[1]?.();
  bus.publish('stream', 4);
  expect(received).toEqual(['a1', 'b1', 'b2']);
});
