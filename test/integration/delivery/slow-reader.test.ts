import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { EventDraft } from '../../../src/events/log.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';

const EVENTS =
  'subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, after: "0") { id rawStatus } }';
const COUNT = 20_000;
const BATCH = 500;
const LIMIT_BYTES = 5 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What the process really holds on to. */
const heldBytes = async (): Promise<number> => {
  for (let round = 0; round < 3; round += 1) {
    gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

test('a reader that stops reading costs nothing, and gets everything when it reads on', {
  timeout: 120_000,
}, async () => {
  await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'silent' } });
  const ada = await gateway.signUpWithCredential();
  const { viewer } = await ada.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  const id = await ada.deploy(await ada.createTask());
  const draft: EventDraft = {
    type: 'STATUS_CHANGED',
    deploymentId: id,
    taskId: null,
    status: 'RUNNING',
    // 20 MB in all: more than the operating system takes off our hands.
    rawStatus: 'Running '.repeat(128),
  };
  const write = (count: number): Promise<void> =>
    gateway.deps.eventLog.write(viewer.id, async (_tx, emit) => {
      for (let index = 0; index < count; index += 1) emit(draft);
    });
  await using probe = await openAcknowledged(gateway.url, ada.tokens.accessToken);
  probe.subscribe('1', EVENTS, { id });
  expect((await probe.messages.next()).payload?.data).toMatchObject({ event: { id: '1' } });
  probe.socket.pause();
  await write(BATCH);

  const before = await heldBytes();
  for (let written = 0; written < COUNT; written += BATCH) await write(BATCH);
  const grownBytes = (await heldBytes()) - before;
  console.log(`a paused reader and ${COUNT} events: ${(grownBytes / 1024 / 1024).toFixed(2)} MB more`);
  expect(grownBytes).toBeLessThan(LIMIT_BYTES);

  probe.socket.resume();
  const ids = [1];
  while (ids.length < 1 + BATCH + COUNT) {
    const { payload } = await probe.messages.next();
    ids.push(Number((payload?.data?.event as { id: string } | undefined)?.id));
  }
  expect(ids).toEqual(Array.from({ length: 1 + BATCH + COUNT }, (_, index) => index + 1));
});
