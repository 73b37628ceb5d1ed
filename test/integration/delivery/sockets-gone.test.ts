import { expect, test } from 'vitest';
import { createFlood } from '../../support/flood.ts';
import { bootGateway } from '../../support/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';

const SUBSCRIPTIONS = 20;

test('nothing more is executed for a socket whose reader froze and is gone', async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'warn' } });
  const ada = await gateway.signUpWithCredential();
  const deploymentId = await ada.deploy(await ada.createTask('x'.repeat(50_000)));
  await (await createFlood(gateway, ada, deploymentId))(3_000);
  const { deployments } = gateway.deps.services;
  const getCached = deployments.getCached;
  let executed = 0;
  deployments.getCached = (...args) => {
    executed += 1;
    return getCached(...args);
  };
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  probe.socket.pause();
  const query = `subscription { deploymentEvents(after: "0") { id deployment { task { prompt } } } }`;
  for (let id = 1; id <= SUBSCRIPTIONS; id += 1) probe.subscribe(String(id), query);
  let last = -1;
  // It stands still when the buffers between the two are full.
  await expect
    .poll(
      () => {
        const isStill = executed > 10 && executed === last;
        last = executed;
        return isStill;
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(true);
  expect(executed).toBeLessThan(SUBSCRIPTIONS * 100);

  probe.socket.terminate();
  await ada.ask('{ viewer { id } }');
  await ada.ask('{ tasks { id } }');
  expect(executed - last).toBe(0);
});

test('a message that nests too deep is refused, and the socket and the process go on', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const query = 'query ($a: ID) { viewer { id } }';
  probe.send(`{"id":"1","type":"subscribe","payload":{"query":"${query}","variables":{"b":${deep}}}}`);
  expect(await probe.messages.next()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  probe.subscribe('2', '{ viewer { id } }');
  expect(await probe.messages.next()).toMatchObject({ id: '2', type: 'next' });
});

test('a socket that never introduces itself is cut off 1 s after the close', {
  timeout: 20_000,
}, async () => {
  await using gateway = await bootGateway({ polls: false });
  await using probe = await openProbe(gateway.url);
  // A peer that does not answer the close.
  probe.socket.pause();
  const count = (): Promise<number> =>
    new Promise((resolve) => gateway.app.server.getConnections((_error, open) => resolve(open)));
  expect(await count()).toBe(1);
  await expect.poll(count, { timeout: 8_000 }).toBe(0);
});

test('a session that ends after its check and before its socket is registered closes the socket', async () => {
  await using gateway = await bootGateway({
    polls: false,
    // The check of all sessions every few seconds, which would find it too, never comes.
    clock: createManualClock(Date.now()),
  });
  const ada = await gateway.signUp();
  const { accounts } = gateway.deps.services;
  const { authenticate } = accounts;
  accounts.authenticate = async (token) => {
    const viewer = await authenticate(token);
    accounts.authenticate = authenticate;
    await ada.post('/v1/auth/logout', { refreshToken: ada.tokens.refreshToken });
    return viewer;
  };
  await using probe = await openProbe(gateway.url);
  probe.send({ type: 'connection_init', payload: { authorization: `Bearer ${ada.tokens.accessToken}` } });
  expect(await probe.closed).toMatchObject({ code: 4403 });
});
