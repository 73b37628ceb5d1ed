import type { QuantCdnControl, Simulator } from '../../simulator/index.ts';
import { ORGANISATION } from './ai-tasks.ts';
import type { GraphQLClient } from './client.ts';
import { bootGateway, type Gateway, type GatewayOptions } from './gateway.ts';

export { ORGANISATION } from './ai-tasks.ts';

/** Fields of a task that the simulator can set. */
type Fields = NonNullable<Parameters<QuantCdnControl['createTask']>[1]>;

/** A gateway with a user who has both credentials, and access to the tasks of the simulator. */
export interface AiGateway extends AsyncDisposable {
  gateway: Gateway;
  ada: GraphQLClient;
  simulator: Simulator;
  /** Creates a task as another client does. */
  made(fields?: Fields): string;
  /** The task as it is upstream. */
  upstream(id: string): NonNullable<ReturnType<QuantCdnControl['task']>>;
  /** The calls that some work makes, by the upstream's names of its operations. */
  costOf(work: () => Promise<unknown>): Promise<Record<string, number>>;
}

export async function bootAi(options: GatewayOptions = {}): Promise<AiGateway> {
  const gateway = await bootGateway({ polls: false, ...options });
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  return {
    gateway,
    ada,
    simulator,
    made: (fields) => simulator.quantcdn.createTask(ORGANISATION, { title: 'a task', ...fields }),
    upstream(id) {
      const task = simulator.quantcdn.task(id);
      if (task === undefined) throw new Error(`There is no task ${id}`);
      return task;
    },
    async costOf(work) {
      simulator.calls.reset();
      await work();
      return simulator.calls.counts().byOperation ?? {};
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** Every field of an AI task that costs no more than reading it. */
const AI_TASK_FIELDS = `id organisation taskListId title description status rawStatus assignedAgentId
  createdByAgentId dependsOn metadata progress progressMessage result error retryCount maxRetries blockedReason
  blockedByTaskIds createdAt updatedAt startedAt completedAt blockedAt expiresAt cursor isGone`;

export const CREATE_AI_TASK = `mutation ($input: CreateAiTaskInput!, $key: String) {
  task: createAiTask(input: $input, idempotencyKey: $key) { ${AI_TASK_FIELDS} }
}`;
export const READ_AI_TASK = `query ($id: ID!) { task: aiTask(id: $id) { ${AI_TASK_FIELDS} } }`;
export const UPDATE_AI_TASK = `mutation ($id: ID!, $input: UpdateAiTaskInput!) {
  task: updateAiTask(id: $id, input: $input) { ${AI_TASK_FIELDS} }
}`;
export const CLAIM_AI_TASK = `mutation ($id: ID!, $agentId: ID!) {
  task: claimAiTask(id: $id, agentId: $agentId) { ${AI_TASK_FIELDS} }
}`;
export const DELETE_AI_TASK = `mutation ($id: ID!, $cascade: Boolean) {
  deleted: deleteAiTask(id: $id, cascade: $cascade) { deletedIds }
}`;

/** The data of those operations. */
export interface AiTaskAnswer {
  task: { id: string; status: string; metadata: Record<string, unknown> } & Record<string, unknown>;
}
