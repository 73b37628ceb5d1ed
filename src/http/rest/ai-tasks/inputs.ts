import { z } from 'zod';
import { AI_TASK_STATUSES } from '../../../domain/ai-task-status.ts';
import { boundedList, credentialQuery, guard, wholePageQuery } from '../shared-inputs.ts';

/** Queries and bodies of the requests about AI tasks and their runs. The services check the values. */

const text = z.string().nullable().optional();
const ids = boundedList(z.array(z.string())).nullable().optional();
const object = z.record(z.string(), z.unknown()).nullable().optional();
const status = z.enum([...AI_TASK_STATUSES, ...AI_TASK_STATUSES.map(toLowerCase)]);

const flag = z.enum(['true', 'false']).optional();

/** Filters; a task must match all of them. */
export const aiTasksQuery = credentialQuery.extend({
  ...wholePageQuery.shape,
  taskListId: z.string().optional().describe('Tasks of this list'),
  status: status.optional().describe('Tasks in this state'),
  assignedAgentId: z.string().optional().describe('Tasks assigned to this agent'),
  dependsOn: z.string().optional().describe('Tasks that depend on this task'),
  limit: z.coerce
    .number()
    .int()
    .optional()
    .describe('The maximum number of tasks, 1 to 500; without it all tasks'),
  details: flag.describe(
    'With `true` each task is also read by itself, so that the answer has all its fields',
  ),
});

export const deleteQuery = credentialQuery.extend({
  cascade: flag.describe('With `true` all tasks that depend on it are deleted too'),
});

const fields = {
  description: text,
  taskListId: text,
  status: status.nullable().optional(),
  assignedAgentId: text,
  dependsOn: ids,
  metadata: object.describe('Any data of clients'),
  maxRetries: z.int().nullable().optional().describe('0 to 10'),
  blockedReason: text,
  blockedByTaskIds: ids,
};

export const createAiTask = z.strictObject({ title: z.string(), ...fields, createdByAgentId: text }).meta({
  examples: [
    {
      title: 'Write summary',
      taskListId: 'release-42',
      assignedAgentId: 'agent-writer',
      metadata: { priority: 'high' },
    },
  ],
});

/** An absent field does not change, `null` clears where the upstream allows it. */
export const updateAiTask = z
  .strictObject({
    title: text,
    ...fields,
    metadataPatch: object.describe('A merge patch of the metadata (RFC 7396); not together with `metadata`'),
    progress: z.number().nullable().optional().describe('0 to 1'),
    progressMessage: text,
    result: object,
    error: text,
    retryCount: z.int().nullable().optional(),
  })
  .meta({
    examples: [
      { status: 'IN_PROGRESS', progress: 0.5, progressMessage: '2 of 4' },
      { metadataPatch: { priority: null, reviewer: 'agent-checker' }, error: null },
    ],
  });

export const claim = z
  .strictObject({ agentId: z.string().describe('The agent that the task is assigned to') })
  .meta({ examples: [{ agentId: 'agent-writer' }] });

/** A credential for each upstream. */
export const bothCredentialsQuery = credentialQuery.extend({
  agentCredentialId: z
    .string()
    .optional()
    .describe("One of the caller's QuantConnect credentials; without it the default one"),
});

export const link = z
  .strictObject({
    taskId: z.string().min(1).max(128).nullable().describe('A task of QuantConnect; null removes the link'),
  })
  .meta({ examples: [{ taskId: '77' }] });

export const runTask = z
  .strictObject({ guard: guard.describe('Limits at which the gateway stops the deployment') })
  // A POST without a body has no guard.
  .nullish()
  .meta({ examples: [{ guard: { maxTokens: 100000, maxDurationSeconds: 3600 } }] });

export const runList = z
  .strictObject({
    maxParallel: z
      .int()
      .min(1)
      .nullable()
      .optional()
      .describe('How many tasks run at the same time; without it 4'),
    guard: guard.describe('Limits of each deployment, and of all deployments of the run together'),
  })
  // A POST without a body uses the defaults.
  .nullish()
  .meta({ examples: [{ maxParallel: 2, guard: { maxTokens: 1000000, maxDurationSeconds: 7200 } }] });

export const stopList = z
  .strictObject({
    stopDeployments: z
      .boolean()
      .nullable()
      .optional()
      .describe('With `true` the running deployments are stopped too'),
  })
  .nullish()
  .meta({ examples: [{ stopDeployments: true }] });

function toLowerCase<T extends string>(word: T): Lowercase<T> {
  return word.toLowerCase() as Lowercase<T>;
}
