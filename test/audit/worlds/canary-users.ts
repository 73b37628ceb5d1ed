import {
  type Simulator,
  seededAccount,
  seededQuantCdnToken,
  startSimulator,
} from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { startFront } from './front.ts';

/** The things of a user; two users have the same ids. */
export interface CanaryIds {
  agentId: string;
  taskId: string;
  deploymentId: string;
  aiTaskId: string;
  list: string;
}

/** A user, each of whose texts contains the canary. */
export interface CanaryUser {
  client: GraphQLClient;
  /** Lower case; answers are searched in lower case. */
  canary: string;
  ids: CanaryIds;
}

const LIST = 'release-42';

/** Whose account and token at the upstreams is whose. Both have the same organizations. */
const OWNERS = [
  {
    canary: 'canary-ada',
    userId: '11111',
    apiToken: '1a'.repeat(32),
    token: `quantcdn-ada-${'1'.repeat(24)}`,
  },
  {
    canary: 'canary-bob',
    userId: '22222',
    apiToken: '2b'.repeat(32),
    token: `quantcdn-bob-${'2'.repeat(24)}`,
  },
] as const;

/**
 * Boots the gateway over one upstream address, behind which each user has a world of their own. The two worlds gave equal
 * ids to equal requests, so only the credential tells an answer for one user from that for the other.
 */
export async function bootCanaryUsers(
  stack: AsyncDisposableStack,
): Promise<{ gateway: Gateway; users: [CanaryUser, CanaryUser] }> {
  const simulators = new Map<string, Simulator>();
  for (const { canary, userId, apiToken, token } of OWNERS) {
    const simulator = await startSimulator({
      pace: 'instant',
      seed: 7,
      startMs: Date.now(),
      accounts: [{ ...seededAccount, userId, apiToken, name: `${canary} account` }],
      quantcdn: { tokens: [{ ...seededQuantCdnToken, token }] },
      script: { answer: `${canary} answer` },
    });
    stack.defer(() => simulator.close());
    simulators.set(canary, simulator);
  }
  const front = stack.use(
    await startFront((authorization) => {
      const shown = authorization.startsWith('Basic ')
        ? Buffer.from(authorization.slice(6), 'base64').toString().split(':')[0]
        : authorization.slice('Bearer '.length);
      const owner = OWNERS.find(({ userId, token }) => shown === userId || shown === token) ?? OWNERS[0];
      return `http://127.0.0.1:${simulators.get(owner.canary)?.port}`;
    }),
  );
  const gateway = stack.use(
    await bootGateway({
      upstream: [...simulators.values()][0] as Simulator,
      env: {
        QUANTCONNECT_BASE_URL: `${front.url}/api/v2`,
        QUANTCDN_BASE_URL: front.url,
        REQUEST_RATE: 'off',
      },
    }),
  );
  const users: CanaryUser[] = [];
  for (const { canary, userId, apiToken, token } of OWNERS) {
    const client = await gateway.signUp(`${canary}@example.com`);
    await client.saveCredential({ ...seededAccount, userId, apiToken });
    await client.saveQuantCdnCredential({ ...seededQuantCdnToken, token });
    users.push({ client, canary, ids: await plant(client, canary) });
  }
  return { gateway, users: users as [CanaryUser, CanaryUser] };
}

async function plant(client: GraphQLClient, canary: string): Promise<CanaryIds> {
  const { agent } = await client.ask<{ agent: { id: string } }>(
    'mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }',
    {
      input: {
        name: `${canary} agent`,
        description: `${canary} description`,
        systemPrompt: `${canary} system`,
      },
    },
  );
  const { task } = await client.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: agent.id, name: `${canary} task`, prompt: `${canary} prompt` } },
  );
  const deploymentId = await client.deploy(task.id);
  const { aiTask } = await client.ask<{ aiTask: { id: string } }>(
    'mutation ($input: CreateAiTaskInput!) { aiTask: createAiTask(input: $input) { id } }',
    { input: { title: `${canary} title`, description: `${canary} text`, taskListId: LIST } },
  );
  await client.ask('mutation ($id: ID!, $taskId: ID) { linkAiTask(aiTaskId: $id, taskId: $taskId) { id } }', {
    id: aiTask.id,
    taskId: task.id,
  });
  await client.ask('mutation ($list: ID!) { runAiTaskList(taskListId: $list) { id } }', { list: LIST });
  await untilKept(client, deploymentId);
  return { agentId: agent.id, taskId: task.id, deploymentId, aiTaskId: aiTask.id, list: LIST };
}

/** Waits until the transcript of the deployment is kept: then everything about it is. */
async function untilKept(client: GraphQLClient, deploymentId: string): Promise<void> {
  for (const endMs = performance.now() + 60_000; performance.now() < endMs; ) {
    const { data } = await client.graphql('query ($id: ID!) { transcript(deploymentId: $id) { readAt } }', {
      id: deploymentId,
    });
    if (data) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The transcript was not kept within a minute');
}
