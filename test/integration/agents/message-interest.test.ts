import { expect, test } from 'vitest';
import { bootManualGateway } from '../../support/manual-gateway.ts';

const READ = '/agents/deployments/conversation/read';
const INTEREST_MS = 60_000;
const MESSAGES = `subscription ($id: ID!) {
  message: conversationMessages(deploymentId: $id) { index }
}`;

test.for([-3_600_000, 3_600_000])(
  'clock set by %i ms: messages are polled for a minute after their last follower has left',
  async (stepMs) => {
    await using still = await bootManualGateway({ pace: 'instant', script: { endless: true } });
    const { clock, gateway, nextPoll, newCalls } = still;
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask());
    await nextPoll();
    const stream = ada.subscribe<{ message: { index: number } }>(MESSAGES, { id });
    const pollCalls = async () => {
      await nextPoll();
      return newCalls();
    };
    await expect.poll(pollCalls).toContain(READ);
    await stream[Symbol.asyncDispose]();
    const leftAtMs = clock.steadyMs();
    clock.set(clock.now() + stepMs);

    let lastReadMs = 0;
    while (clock.steadyMs() - leftAtMs < 3 * INTEREST_MS) {
      await nextPoll();
      if (newCalls().includes(READ)) lastReadMs = clock.steadyMs() - leftAtMs;
    }
    expect(lastReadMs).toBeGreaterThan(0);
    expect(lastReadMs).toBeLessThan(INTEREST_MS + 2_000);
  },
);
