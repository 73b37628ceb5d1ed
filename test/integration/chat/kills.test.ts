import { expect, test } from 'vitest';
import { seededAccount, startSimulator } from '../../../simulator/index.ts';
import { assemble, openChat, restOf } from '../../support/chat.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';

test('a queued prompt outlives a kill, is sent once, and its answer can be joined', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ pace: { queueMs: 0, stepMs: 400, steps: 3, stopMs: 0 } });
  await using _upstream = { [Symbol.asyncDispose]: () => simulator.close() };
  await using gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const id = await ada.deploy(await ada.createTask());
  const chat = openChat(gateway.url, ada, id);
  await using running = await chat.join();
  await running.next();
  for (const name of ['Second', 'Third']) {
    await using stream = await chat.send(name, name, '?onBusy=enqueue');
    expect(stream.status).toBe(200);
  }

  await gateway.kill();
  await gateway.alive();
  // Its stream has nothing to say until the runs before it have ended.
  await expect
    .poll(() => chat.texts(), { timeout: 40_000, interval: 200 })
    .toEqual(['Buy and hold SPY', 'Second', 'Third']);
  await using again = await chat.send('Third', 'Third', '?onBusy=enqueue');
  const events = await restOf(again);

  expect(await chat.texts()).toEqual(['Buy and hold SPY', 'Second', 'Third']);
  expect(await assemble(events)).toEqual((await chat.messages()).at(-1));
});
