import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bootGateway } from '../support/gateway.ts';
import { createManyTasks } from '../support/many-tasks.ts';
import { inLoops, measureNeighbor } from '../support/neighbor.ts';
import { signUpSecondUser } from '../support/second-user.ts';

/** The limit of each user. The flood exceeds it, the neighbor does not. */
const REQUESTS_A_MINUTE = 200;
const QUERY = '{ tasks { id name prompt agent { id } } }';

/** The figures of a neighbor's reads while another user sends plain reads in twenty loops. */
async function besideFlood(requestRate: string) {
  await using gateway = await bootGateway({
    polls: false,
    env: { LOG_LEVEL: 'error', REQUEST_RATE: requestRate, UPSTREAM_RATE: '10000', UPSTREAM_BURST: '10000' },
  });
  const ada = await gateway.signUpWithCredential();
  await createManyTasks(ada);
  const bob = await signUpSecondUser(gateway);
  const count = { served: 0, refused: 0 };
  const flood = async (): Promise<void> => {
    const answer = await ada.request('/graphql', { method: 'POST', body: JSON.stringify({ query: QUERY }) });
    await answer.text();
    if (answer.status === 429) count.refused += 1;
    else count.served += 1;
  };
  const figures = await measureNeighbor({
    act: () => bob.ask('{ tasks { id } }'),
    async disturb() {
      // What the limit lets through has been served; what follows is measured.
      await Promise.all(Array.from({ length: REQUESTS_A_MINUTE }, flood));
      count.served = 0;
      return inLoops(20, async () => {
        await flood();
        await sleep(20);
      });
    },
    // Quiet and disturbed samples take turns: what else the machine does must not meet one kind alone. The neighbor
    // is limited too: all of the samples, (1 + 2 * 4) * 15, stay under the limit.
    rounds: 4,
    requests: 15,
  });
  console.info('plain requests', JSON.stringify({ requestRate, ...count, ...figures }));
  return { ...figures, ...count };
}

test('a neighbor is served while a user sends plain requests without end', { timeout: 120_000 }, async () => {
  const limited = await besideFlood(`${REQUESTS_A_MINUTE}/1m`);
  const unlimited = await besideFlood('off');
  expect(limited.medianRatio).toBeLessThan(25);
  expect(limited.refused).toBeGreaterThan(limited.served);
  // The control: without the limit all of them are worked on.
  expect([unlimited.refused, unlimited.served > 0]).toEqual([0, true]);
});
