import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../../simulator/index.ts';
import { createRandom } from '../../../simulator/random.ts';
import type { Restore } from '../faults/restore.ts';
import { mayBeLost } from '../forgotten.ts';
import { type Faults, LIMITS_MS, tooLate } from '../judgments.ts';
import type { RetryingClient } from '../retrying-client.ts';
import { statusOf } from '../upstream-history.ts';
import type { User } from '../user.ts';

/** A budget of one task, and the deployments that count for it. */
export interface BudgetUse {
  taskId: string;
  maxTokens: number;
  /** From the first request to the end of its deployments; ms since the epoch. */
  fromMs: number;
  toMs: number;
  /** When the budget was set and, as sampled, used up; undefined if it never was. */
  dueMs: number | undefined;
}

/** A deployment upstream that counts for a budget. */
export interface BudgetedDeployment {
  id: string;
  taskId: string;
  status: string;
  endedMs: number | null;
  tokens: number;
}

export interface BudgetWorkloadDeps {
  simulator: Simulator;
  user: User;
  client: RetryingClient;
  agentOf(user: User): string;
  /** True while new budgets begin. */
  isDeploying(): boolean;
  /** False once there is no time left to wait. */
  hasTime(): boolean;
}

const CREATE_TASK = `mutation ($input: CreateTaskInput!, $key: String!) {
  made: createTask(input: $input, idempotencyKey: $key) { id }
}`;
const DEPLOY = `mutation ($taskId: ID!, $key: String) {
  made: deployTask(taskId: $taskId, idempotencyKey: $key) { id }
}`;
const SET = 'mutation ($input: BudgetInput!) { made: setBudget(input: $input) { id } }';

/** Deployments of each budget. */
const DEPLOYMENTS = 3;

/** They would run longer than any fault can keep their budget from stopping them: a step takes a second. */
const STEPS = 3_600;

/** What they may use after the budget was set, at least. */
const MORE_TOKENS = 60_000;

const SAMPLE_MS = 250;

/** Deploys a task several times and then sets a budget for it that stops them; one task after the other. */
export async function runBudgets(deps: BudgetWorkloadDeps, seed: number): Promise<BudgetUse[]> {
  const { user, client, simulator } = deps;
  const random = createRandom(seed * 100_000 + 3);
  const uses: BudgetUse[] = [];

  const setBudget = async (taskId: string, maxTokens: number): Promise<boolean> => {
    // A month may end during the run: then the budget is not reached, once in a long while.
    const input = { period: 'MONTH', taskId, maxTokens, onReached: 'STOP' };
    while (deps.hasTime()) {
      if ('data' in (await user.ask(SET, { input }))) return true;
      await pause(300);
    }
    return false;
  };

  const runOne = async (name: string): Promise<void> => {
    const fromMs = Date.now();
    const input = { agentId: deps.agentOf(user), name: `T${name}`, prompt: `Buy and hold ${name}` };
    const task = { query: CREATE_TASK, variables: { input } };
    const taskId = await client.request(user, random, task, { kind: 'task', key: `task ${name}` });
    if (taskId === undefined) return;
    simulator.control.scriptTask(Number(taskId), { steps: STEPS });
    for (let count = 0; count < DEPLOYMENTS; count += 1) {
      const use = { kind: 'deployment', key: `deployment ${name}-${count}`, about: taskId } as const;
      const deploy = { query: DEPLOY, variables: { taskId } };
      if ((await client.request(user, random, deploy, use)) === undefined) return;
    }
    const maxTokens = tokensOf(budgetedOf(simulator, taskId)) + MORE_TOKENS;
    if (!(await setBudget(taskId, maxTokens))) return;
    const use: BudgetUse = { taskId, maxTokens, fromMs, toMs: fromMs, dueMs: undefined };
    uses.push(use);
    for (;;) {
      const deployments = budgetedOf(simulator, taskId);
      use.toMs = Date.now();
      if (tokensOf(deployments) >= maxTokens) use.dueMs ??= use.toMs;
      if (deployments.every(({ endedMs }) => endedMs !== null)) return;
      // Their budget has not stopped them, which is a finding.
      const running = deps.hasTime() ? [] : deployments.filter(({ endedMs }) => endedMs === null);
      for (const { id } of running) simulator.control.endDeployment(id);
      await pause(SAMPLE_MS);
    }
  };

  for (let round = 0; deps.isDeploying(); round += 1) await runOne(`B${round}`);
  return uses;
}

/** The deployments upstream of a task. */
export function budgetedOf({ control }: Simulator, taskId: string): BudgetedDeployment[] {
  return control
    .state()
    .deployments.filter((one) => String(one.taskId) === taskId)
    .map(({ deploymentId, status, endedMs, inputTokens, outputTokens }) => ({
      ...{ id: deploymentId, taskId, status: statusOf(status), endedMs },
      tokens: inputTokens + outputTokens,
    }));
}

function tokensOf(deployments: readonly BudgetedDeployment[]): number {
  return deployments.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Budgets that did not stop their deployments, did it too late, or before they were used up. */
export function budgetFailures(
  uses: readonly BudgetUse[],
  deployments: readonly BudgetedDeployment[],
  restores: readonly Restore[],
  faults: Faults,
): string[] {
  return uses
    .filter((use) => !mayBeLost({ restores }, use))
    .flatMap(({ taskId, maxTokens, dueMs }) => {
      const own = deployments.filter((one) => one.taskId === taskId);
      const used = tokensOf(own);
      const times = own.flatMap(({ id, status, endedMs }) =>
        status === 'STOPPED' && endedMs !== null && dueMs !== undefined
          ? [{ what: id, fromMs: dueMs, toMs: Math.max(dueMs, endedMs) }]
          : [],
      );
      return [
        ...(used < maxTokens ? [`task ${taskId} was stopped after ${used} of ${maxTokens} tokens`] : []),
        ...own.flatMap(({ id, status }) =>
          status === 'STOPPED' ? [] : [`${id} is ${status}, although its budget should have stopped it`],
        ),
        ...tooLate(times, faults, LIMITS_MS.guard, 'was stopped by its budget'),
      ];
    });
}

/** What was used beyond the budgets. One that a restore has taken back stops nothing, and is left out. */
export function budgetLine(
  uses: readonly BudgetUse[],
  deployments: readonly BudgetedDeployment[],
  restores: readonly Restore[],
): string {
  const kept = uses.filter((use) => !mayBeLost({ restores }, use));
  const beyond = kept.map(({ taskId, maxTokens }) =>
    Math.max(0, tokensOf(deployments.filter((one) => one.taskId === taskId)) - maxTokens),
  );
  return `${kept.length} budgets, overshot by at most ${Math.max(0, ...beyond)} tokens`;
}
