import { expect, test } from 'vitest';
import { openChat } from '../../support/chat.ts';
import { bootManualGateway } from '../../support/manual-gateway.ts';

const READ = '/agents/deployments/conversation/read';
const MESSAGES = 'subscription ($id: ID!) { message: conversationMessages(deploymentId: $id) { index } }';

test('two pages that show a chat, and a subscriber to its messages: each poll reads the conversation once', async () => {
  await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
  const { gateway, nextPoll, newCalls } = still;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await nextPoll();
  const chat = openChat(gateway.url, ada, id);
  await using one = await chat.join();
  await using other = await chat.join();
  await using _messages = ada.subscribe(MESSAGES, { id });
  const readsOfPoll = async (): Promise<number> => {
    await nextPoll();
    return newCalls().filter((path) => path === READ).length;
  };
  await expect.poll(readsOfPoll).toBe(1);

  const reads: number[] = [];
  for (let polls = 0; polls < 5; polls += 1) reads.push(await readsOfPoll());

  expect([one.status, other.status]).toEqual([200, 200]);
  expect(reads).toEqual([1, 1, 1, 1, 1]);
});
