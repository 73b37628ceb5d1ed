import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { bootManualGateway, POLL_MAX_MS } from '../../support/manual-gateway.ts';
import { addUp, totalsOf, usageOf } from '../../support/usage.ts';

const RUNS = 20;
const STEP_MS = 1_000;

/** What the simulator counts for a step, input and output together. */
const TOKENS_PER_STEP = 4_730;

/** What all runs together use in so much time. */
const usedIn = (ms: number): number => RUNS * TOKENS_PER_STEP * Math.ceil(ms / STEP_MS);

test('a budget over 20 parallel runs is overshot by at most what they use between two polls', {
  timeout: 60_000,
}, async () => {
  await using still = await bootManualGateway({
    script: { queueMs: 0, stepMs: STEP_MS, steps: 100_000, stopMs: 0 },
  });
  const { gateway, nextPoll } = still;
  gateway.simulator.control.setCapacity(seededOrganization.id, RUNS);
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const maxTokens = usedIn(20_000) + 1;
  await ada.ask('mutation ($input: BudgetInput!) { setBudget(input: $input) { id } }', {
    input: { period: 'DAY', maxTokens, onReached: 'STOP' },
  });
  const ids: string[] = [];
  while (ids.length < RUNS) ids.push(await ada.deploy(taskId));

  let waitedMs = 0;
  const running = () =>
    gateway.simulator.control.state().deployments.filter(({ endedMs }) => endedMs === null);
  while (running().length > 0) waitedMs = await nextPoll();

  const { inputTokens, outputTokens } = addUp(await Promise.all(ids.map((id) => totalsOf(ada, id))));
  const used = inputTokens + outputTokens;
  expect(used).toBeGreaterThanOrEqual(maxTokens);
  expect(used - maxTokens).toBeLessThanOrEqual(usedIn(waitedMs));
  expect(waitedMs).toBeLessThanOrEqual(POLL_MAX_MS);
  await nextPoll();
  expect(addUp(await usageOf(ada, 'DAY'))).toMatchObject({ inputTokens, outputTokens });
});
