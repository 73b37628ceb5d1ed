import { z } from 'zod';
import { AI_TASK_STATUSES } from '../../../domain/ai-task-status.ts';
import type { AiTaskGraphView } from '../../../services/ai-tasks/ai-tasks.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { AiTaskDetails } from '../../../upstream/quantcdn/model.ts';

/** The shapes of AI tasks: the fields of the GraphQL types of the same names, without what costs further calls. */

const id = z.string();
const text = z.string().nullable();
const time = z.string().nullable().describe('ISO 8601, UTC');
const ids = z.array(id);
const object = z.record(z.string(), z.unknown()).nullable();

const status = z
  .enum([...AI_TASK_STATUSES, 'UNKNOWN'])
  .describe("The state; `UNKNOWN` where the upstream's own word in `rawStatus` is a new one");

const item = z.object({
  id,
  organisation: z.string(),
  taskListId: text,
  title: z.string(),
  description: text,
  status,
  rawStatus: z.string(),
  assignedAgentId: text,
  progress: z.number().nullable().describe('0 to 1'),
  blockedReason: text,
  blockedByTaskIds: ids.nullable(),
  createdAt: time,
  updatedAt: time,
});

const details = z.object({
  createdByAgentId: text,
  dependsOn: ids,
  metadata: object,
  progressMessage: text,
  result: object,
  error: text,
  retryCount: z.number().nullable(),
  maxRetries: z.number().nullable(),
  startedAt: time,
  completedAt: time,
  expiresAt: time,
  blockedAt: time,
});

/** A task that was read itself. */
export const aiTask = item.extend(details.shape);

/** A task of a list: the details are there with `details=true`, and where the upstream's list has them. */
export const listedAiTask = item.extend(details.partial().shape);

export const aiTaskList = z.object({
  aiTasks: z.array(listedAiTask),
  isComplete: z.boolean().describe('False when there may be more that the upstream cannot be asked for'),
});

export const aiTaskGraph = z.object({
  taskListId: id,
  taskCount: z.number(),
  roots: ids,
  leaves: ids,
  nodes: z.array(
    z.object({ id, title: z.string(), status, rawStatus: z.string(), dependsOn: ids, dependents: ids }),
  ),
  done: ids,
  running: ids,
  ready: ids,
  blocked: z.array(z.object({ id, by: ids.describe('What it waits for') })),
  unreachable: z.array(z.object({ id, because: ids.describe('What has failed or was cancelled') })),
  criticalPath: ids.describe('The longest chain of work that is left, first task first'),
  cycles: z.array(ids).describe('Tasks that wait for each other in a circle'),
});

/** A graph as it is answered; which credential it was seen with is nobody's business. */
export function toGraphView({ credentialId: _, ...graph }: AiTaskGraphView): z.infer<typeof aiTaskGraph> {
  return graph;
}

/** A task as a list shows it. */
export function toListedAiTaskView({
  details,
  credentialId: _,
  ...task
}: AiTaskView): z.infer<typeof listedAiTask> {
  return { ...task, ...details };
}

/** A task as it is answered by itself. */
export function toAiTaskView(task: AiTaskView): z.infer<typeof aiTask> {
  return {
    ...NO_DETAILS,
    ...toListedAiTaskView(task),
  };
}

/** Of a task that has gone between the list and the look at it. */
const NO_DETAILS: AiTaskDetails = {
  createdByAgentId: null,
  dependsOn: [],
  metadata: null,
  progressMessage: null,
  result: null,
  error: null,
  retryCount: null,
  maxRetries: null,
  startedAt: null,
  completedAt: null,
  expiresAt: null,
  blockedAt: null,
};
