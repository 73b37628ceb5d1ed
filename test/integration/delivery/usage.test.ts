import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

interface UsagePush {
  usage: { inputTokens: number; outputTokens: number; turns: number };
}

const USAGE = `subscription ($id: ID!) {
  usage: conversationUsage(deploymentId: $id) { inputTokens outputTokens turns }
}`;
const MESSAGES = `subscription ($id: ID!) {
  message: conversationMessages(deploymentId: $id, untilTerminal: true) { index }
}`;
const READ = 'query ($id: ID!) { deployment(id: $id) { conversation { inputTokens outputTokens turns } } }';
const READS = '/conversation/read';

test('Subscription.conversationUsage pushes the usage as it is, and again whenever it has grown, to its end', async () => {
  await using gateway = await bootGateway({ simulator: { script: { steps: 6, stepMs: 60 } } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  await using usage = ada.subscribe<UsagePush>(USAGE, { id });
  const first = await usage.until((push) => push.usage.turns === 6);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Again") { id } }', { id });
  const second = await usage.until((push) => push.usage.turns === 12 && push.usage.inputTokens === 54_000);

  const pushes = [...first, ...second];
  expect(pushes[0]?.usage).toEqual({ inputTokens: 0, outputTokens: 0, turns: 0 });
  const totals = pushes.map(({ usage: { inputTokens, turns } }) => inputTokens + turns);
  expect(totals).toEqual([...new Set(totals)].toSorted((one, other) => one - other));
  const { deployment } = await ada.ask<{ deployment: { conversation: UsagePush['usage'] } }>(READ, { id });
  expect(pushes.at(-1)?.usage).toEqual(deployment.conversation);
});

test('usage and messages of one deployment are read once for all who follow either', async () => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { script: { steps: 4, stepMs: 60 } },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using usages = ada.subscribe<UsagePush>(USAGE, { id });
  await using messages = ada.subscribe(MESSAGES, { id });
  const isOver = Promise.all([messages.rest(), usages.until(({ usage }) => usage.turns === 4)]).then(
    () => true,
  );

  const reads: number[] = [];
  while (!(await Promise.race([isOver, setImmediate(false)]))) {
    const before = gateway.simulator.calls.count(READS);
    await gateway.deps.poller.tick();
    reads.push(gateway.simulator.calls.count(READS) - before);
  }
  expect(Math.max(...reads)).toBe(1);
});
