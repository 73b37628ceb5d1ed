import {
  type Simulator,
  type SimulatorOptions,
  seededAccount,
  seededOrganization,
  seededQuantCdnToken,
  startSimulator,
} from '../../simulator/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ProbeOptions } from '../../src/probe/reads.ts';
import { sign } from '../../src/upstream/quantconnect/sign.ts';

/** Limits that no probe of a test reaches. */
export const PROBE_OPTIONS: ProbeOptions = {
  timeoutMs: 5_000,
  maxBytes: 5_000_000,
  ratePerSecond: 1_000,
  burst: 1_000,
  version: 'test',
  clock: systemClock,
};

export const QUANTCONNECT_ACCOUNT = {
  userId: seededAccount.userId,
  apiToken: seededAccount.apiToken,
  organizationId: seededOrganization.id,
};

export const QUANTCDN_ACCOUNT = { organisation: 'acme', apiToken: seededQuantCdnToken.token };

/** Texts that stand in values. None may be in the output of a probe. */
export interface Values {
  /** In place of names, prompts and other texts. @default 'plain' */
  text?: string;
}

/**
 * A simulator of both upstreams that holds something for each assumption: deployments that have completed, failed, run
 * and wait, an agent with a sub-agent and an LLM key, and a list of AI tasks with dependencies and ended tasks.
 */
export async function startFilledSimulator(options: SimulatorOptions = {}, { text = 'plain' }: Values = {}) {
  const simulator = await startSimulator({
    manualClock: true,
    pace: { queueMs: 100, stepMs: 100, steps: 6 },
    ...options,
  });
  await fillQuantConnect(simulator, text);
  fillQuantCdn(simulator, text);
  return simulator;
}

async function fillQuantConnect(simulator: Simulator, text: string): Promise<void> {
  const { control, clock } = simulator;
  const { userId, apiToken, organizationId } = QUANTCONNECT_ACCOUNT;
  const ask = async (path: string, body: Record<string, unknown>) => {
    const answer = await fetch(`${simulator.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sign(userId, apiToken, clock.wall()) },
      body: JSON.stringify(body),
    });
    const json = (await answer.json()) as Record<string, Record<string, unknown>>;
    if (!json.success) throw new Error(`${path} was refused`);
    return json;
  };
  const sub = await ask('agents/create', { organizationId, name: `${text} sub` });
  const agent = await ask('agents/create', {
    organizationId,
    name: `${text} agent`,
    systemPrompt: text,
    useQCC: false,
    token: { llmApiTokenUser: `${text}-llm-key`, llmProviderApi: 'openai' },
    subAgents: [{ agentId: sub.agent?.id, callableCount: 2 }],
  });
  const { task } = await ask('agents/tasks/create', {
    organizationId,
    agentId: agent.agent?.id,
    name: `${text} task`,
    prompt: `${text} prompt`,
    projectPreference: 'project-for-task',
  });
  const taskId = Number(task?.id);
  const deploy = async (script: Parameters<typeof control.scriptTask>[1], advanceMs: number) => {
    control.scriptTask(taskId, script);
    await ask('agents/deployments/create', { taskId });
    clock.advance(advanceMs);
  };
  await deploy({ outcome: 'Failed', runtimeError: `${text} error` }, 5_000);
  await deploy({}, 5_000);
  control.setCapacity(organizationId, 1);
  await deploy({ endless: true }, 1_000);
  await deploy({}, 0);
}

function fillQuantCdn({ quantcdn, clock }: Simulator, text: string): void {
  const make = (fields: Parameters<typeof quantcdn.createTask>[1]) => {
    clock.advance(1_000);
    return quantcdn.createTask('acme', {
      title: `${text} title`,
      description: text,
      taskListId: `${text} list`,
      ...fields,
    });
  };
  const first = make({ status: 'completed', metadata: { [text]: text }, result: { [text]: text } });
  const second = make({ status: 'in_progress', dependsOn: [first], assignedAgentId: `${text} agent` });
  make({ status: 'blocked', dependsOn: [second], blockedReason: text, progressMessage: text, error: text });
}
