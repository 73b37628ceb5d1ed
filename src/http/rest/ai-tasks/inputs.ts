import { z } from 'zod';
import { AI_TASK_STATUSES } from '../../../domain/ai-task-status.ts';
import { credentialQuery } from '../inputs.ts';

/** The shapes AI tasks are asked for and changed in; the services say what their values may be. */

const text = z.string().nullable().optional();
const ids = z.array(z.string()).nullable().optional();
const object = z.record(z.string(), z.unknown()).nullable().optional();
const status = z.enum([...AI_TASK_STATUSES, ...AI_TASK_STATUSES.map(lowerCased)]);

const flag = z.enum(['true', 'false']).optional();

/** The filters combine. */
export const aiTasksQuery = credentialQuery.extend({
  taskListId: z.string().optional().describe('Tasks of this list'),
  status: status.optional().describe('Tasks in this state'),
  assignedAgentId: z.string().optional().describe('Tasks assigned to this agent'),
  dependsOn: z.string().optional().describe('Tasks that wait for this one'),
  limit: z.coerce.number().int().optional().describe('At most so many, 1 to 500; all of them without'),
  details: flag.describe('With `true` each task is read as well, and shown whole'),
});

export const deleteQuery = credentialQuery.extend({
  cascade: flag.describe('With `true` everything that depends on it is deleted too'),
});

const fields = {
  description: text,
  taskListId: text,
  status: status.nullable().optional(),
  assignedAgentId: text,
  dependsOn: ids,
  metadata: object.describe('Free data'),
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

/** An absent field stays, `null` clears where the upstream allows it. */
export const updateAiTask = z
  .strictObject({
    title: text,
    ...fields,
    metadataPatch: object.describe('Is merged into the metadata (RFC 7396); not together with `metadata`'),
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
  .strictObject({ agentId: z.string().describe('Who is to do it') })
  .meta({ examples: [{ agentId: 'agent-writer' }] });

function lowerCased<T extends string>(word: T): Lowercase<T> {
  return word.toLowerCase() as Lowercase<T>;
}
