import { expect, test } from 'vitest';
import { createFlood } from '../../support/flood.ts';
import { bootGateway } from '../../support/gateway.ts';
import { heldBytes } from '../../support/held-memory.ts';
import { idsOfLog } from '../../support/log.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

const EVENTS =
  'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, after: "0") { id rawStatus } }';
const COUNT = 20_000;
/** Written before the measurement. */
const AHEAD = 500;
/** A status of 1 KB: all events together exceed the buffers of the operating system. */
const LARGE = 'Running '.repeat(128);
const LIMIT_BYTES = 5 * 1024 * 1024;

test('a socket that stops reading costs under 5 MB and gets everything when it resumes', {
  timeout: 120_000,
}, async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'silent' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const flood = await createFlood(gateway, ada, id);
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  probe.subscribe('1', EVENTS, { id });
  const first = (await probe.messages.next()).payload?.data?.event as { id: string };
  probe.socket.pause();
  await flood(AHEAD, LARGE);

  const before = await heldBytes();
  await flood(COUNT, LARGE);
  const grownBytes = (await heldBytes()) - before;
  console.log(`a paused reader and ${COUNT} events: ${(grownBytes / 1024 / 1024).toFixed(2)} MB more`);
  expect(grownBytes).toBeLessThan(LIMIT_BYTES);

  probe.socket.resume();
  const ids = [Number(first.id)];
  while (ids.length < 1 + AHEAD + COUNT) {
    const { payload } = await probe.messages.next();
    ids.push(Number((payload?.data?.event as { id: string } | undefined)?.id));
  }
  expect(ids.map(String)).toEqual(await idsOfLog(gateway.deps.store.db));
});
