import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

interface MessagePush {
  message: { index: number; role: string; parts: { text?: string }[] };
}

const MESSAGES = `subscription ($id: ID!, $after: Int, $untilTerminal: Boolean) {
  message: conversationMessages(deploymentId: $id, after: $after, untilTerminal: $untilTerminal) {
    index role parts {
      raw ... on TextPart { text state } ... on ReasoningPart { text state } ... on ToolPart { state input output }
    }
  }
}`;
const EVENTS = `subscription ($id: ID!) {
  event: deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { status }
}`;
const READS = '/conversation/read';
const SCRIPT = { messages: 3, steps: 6, stepMs: 60, answer: 'Bought and held.' };

async function ended(ada: GraphQLClient, id: string): Promise<void> {
  await using events = ada.subscribe(EVENTS, { id });
  await events.rest();
}

function lastTextOf({ message }: MessagePush): string | undefined {
  return message.parts.at(-1)?.text;
}

/** The last version of every message, by index. */
function finalOf(pushes: MessagePush[]): MessagePush[] {
  return [...new Map(pushes.map((push) => [push.message.index, push])).values()];
}

test('a subscriber that comes while the last poll reads the transcript gets every message before the end', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant', script: SCRIPT } });
  const { calls, faults } = gateway.simulator;
  faults.add({ kind: 'slow', delayMs: 1_000, match: { path: READS } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await expect.poll(() => calls.count(READS), { timeout: 10_000 }).toBe(1);

  await using messages = ada.subscribe<MessagePush>(MESSAGES, { id, untilTerminal: true });
  expect(finalOf(await messages.rest()).map(({ message }) => message.index)).toEqual([0, 1, 2, 3]);
});

test('each message from the requested one on is sent, and again after each change', async () => {
  await using gateway = await bootGateway({
    simulator: { manualClock: true, startMs: Date.now(), script: { ...SCRIPT, stepMs: 1_000 } },
  });
  const { calls, clock } = gateway.simulator;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using all = ada.subscribe<MessagePush>(MESSAGES, { id, untilTerminal: true });
  await using later = ada.subscribe<MessagePush>(MESSAGES, { id, after: 1, untilTerminal: true });
  // Each step is read before the next one, however slow the machine is. A read that had begun before does not count.
  for (let step = 1; step < SCRIPT.steps; step += 1) {
    clock.advance(1_000);
    const before = calls.count(READS);
    await expect.poll(() => calls.count(READS), { timeout: 10_000 }).toBeGreaterThan(before + 1);
  }
  clock.advance(10_000);
  const [received, toldLater] = await Promise.all([all.rest(), later.rest()]);

  expect(finalOf(received).map(({ message }) => [message.index, message.role])).toEqual([
    [0, 'user'],
    [1, 'assistant'],
    [2, 'assistant'],
    [3, 'assistant'],
  ]);
  expect(received.length).toBeGreaterThan(4);
  expect(lastTextOf(received.at(-1) as MessagePush)).toBe('Bought and held.');
  expect(new Set(toldLater.map(({ message }) => message.index))).toEqual(new Set([2, 3]));
  const versions = received.map((push) => JSON.stringify(push));
  expect(new Set(versions).size).toBe(versions.length);
});

test('the stream waits for the last message, also when the end was seen first', async () => {
  await using gateway = await bootGateway({ simulator: { script: { ...SCRIPT, endless: true } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using messages = ada.subscribe<MessagePush>(MESSAGES, { id, untilTerminal: true });
  await messages.until(({ message }) => message.index === 3);

  gateway.simulator.faults.add({ kind: 'html', match: { path: READS }, times: 4 });
  gateway.simulator.control.endDeployment(id);
  await ended(ada, id);
  const rest = await messages.rest();
  expect(lastTextOf(rest.at(-1) as MessagePush)).toBe('Bought and held.');
});

test('messages of a finished deployment are sent once read, and polling then ends', async () => {
  // Without transcripts only the reads for subscribers are counted.
  await using gateway = await bootGateway({
    env: { TRANSCRIPT_RETENTION: 'off' },
    simulator: { script: SCRIPT },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await ended(ada, id);
  expect(gateway.simulator.calls.count(READS)).toBe(0);

  await using open = ada.subscribe<MessagePush>(MESSAGES, { id });
  await open.until((push) => lastTextOf(push) === 'Bought and held.');
  await using complete = ada.subscribe<MessagePush>(MESSAGES, { id, untilTerminal: true });
  expect(finalOf(await complete.rest())).toHaveLength(4);

  const reads = gateway.simulator.calls.count(READS);
  await using again = ada.subscribe<MessagePush>(MESSAGES, { id, untilTerminal: true });
  expect(finalOf(await again.rest())).toHaveLength(4);
  for (let look = 0; look < 5; look += 1) await gateway.deps.poller.tick();
  expect(gateway.simulator.calls.count(READS)).toBe(reads);
});

test('a prompt revives a finished deployment, and its messages are sent', async () => {
  await using gateway = await bootGateway({ simulator: { script: SCRIPT } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using messages = ada.subscribe<MessagePush>(MESSAGES, { id });
  await messages.until((push) => lastTextOf(push) === 'Bought and held.');
  await ended(ada, id);

  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Now sell") { status } }', { id });
  const received = await messages.until(
    (push) => push.message.index > 4 && lastTextOf(push) === 'Bought and held.',
  );
  expect(received.find(({ message }) => message.index === 4)?.message).toMatchObject({
    role: 'user',
    parts: [{ text: 'Now sell' }],
  });
  await ended(ada, id);
});
