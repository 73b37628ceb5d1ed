import { setInterval as ticks } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { isHAProxyMissing, startHAProxy } from '../../support/haproxy.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { freePort, startGateway } from '../../support/process.ts';
import { temporaryRedis } from '../../support/redis.ts';
import { sharedKeys } from '../../support/replicas.ts';

const isMissing = isPostgresMissing || isHAProxyMissing;

/** Between two requests of the load: 200 a second. */
const PAUSE_MS = 5;

test.skipIf(isMissing)(
  'requests, a socket and an event stream pass the proxy, and a rolling restart fails none',
  {
    timeout: 120_000,
  },
  async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await temporaryDatabase());
    const redis = stack.use(await temporaryRedis());
    const simulator = await startSimulator({ pace: 'fast' });
    stack.defer(() => simulator.close());
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379',
      REDIS_PREFIX: redis.prefix,
      QUANTCONNECT_BASE_URL: simulator.url,
      QUANTCDN_BASE_URL: simulator.quantCdnUrl,
      PUBLIC_URL: 'http://gateway.test',
      TRUST_PROXY: 'loopback',
      REQUEST_RATE: 'off',
      POLL_INTERVAL: '200ms',
      DRAIN_DELAY: '2s',
      ...sharedKeys(),
    };
    const starting = ports.map((PORT) => startGateway({ ...env, PORT }));
    const gateways = await Promise.all(starting);
    stack.defer(async () => void (await Promise.all(gateways.map((gateway) => gateway.end('SIGKILL')))));
    const proxy = stack.use(await startHAProxy(ports));

    const ada = createGraphQLClient(proxy.url);
    await ada.signUp('ada@example.com');
    await ada.saveCredential(seededAccount);
    const deployment = await ada.deploy(await ada.createTask());
    await using socket = ada.subscribe<{ deploymentEvents: { status: string } }>(
      'subscription ($id: ID!) { deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { status } }',
      { id: deployment },
    );
    const stream = await ada.request(`/v1/deployments/${deployment}/events?untilTerminal=true&after=0`, {
      headers: { accept: 'text/event-stream' },
    });
    const statuses = (await socket.rest(20_000)).map(({ deploymentEvents }) => deploymentEvents.status);
    expect(statuses.at(-1)).toBe('COMPLETED');
    expect(await stream.text()).toMatch(/event: CREATED[\s\S]*"COMPLETED"/);

    const load = new AbortController();
    const outcomes = new Map<string, number>();
    const note = (outcome: string): void => {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    const underWay: Promise<void>[] = [];
    const sending = (async () => {
      for await (const _ of ticks(PAUSE_MS)) {
        if (load.signal.aborted) return;
        const sent = ada.request('/v1/me').then(async (answer) => {
          await answer.text();
          note(String(answer.status));
        });
        underWay.push(sent.catch((error) => note(String(error.cause ?? error))));
      }
    })();
    for (const [index, PORT] of ports.entries()) {
      expect((await gateways[index]?.end('SIGTERM'))?.code).toBe(0);
      gateways[index] = await startGateway({ ...env, PORT });
      await isTakenIn(index);
    }
    load.abort();
    await sending;
    await Promise.all(underWay);
    expect([...outcomes.keys()]).toEqual(['200']);
    expect(outcomes.get('200')).toBeGreaterThan(500);

    /** Waits until the proxy has said as often as this replica was started again that it is up. */
    async function isTakenIn(index: number): Promise<void> {
      const up = `replicas/gateway-${index + 1} is UP`;
      for await (const _ of ticks(50)) if (proxy.output().includes(up)) return;
    }
  },
);
