import { z } from 'zod';
import { AI_TASK_STATUSES } from '../../../domain/ai-task-status.ts';
import type { AiTaskGraphView } from '../../../services/ai-tasks/ai-tasks.ts';
import type { AiTaskList, AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { Paged } from '../../../services/common/page.ts';
import type { AiTaskDetails } from '../../../upstream/quantcdn/model.ts';
import { pageInfo } from '../shared-inputs.ts';

/** Answers about AI tasks and their runs: the fields of the GraphQL types, without those that need further calls. */

const id = z.string();
const text = z.string().nullable();
const time = z.string().nullable().describe('ISO 8601, UTC');
const instant = z.string().describe('ISO 8601, UTC');
const ids = z.array(id);
const object = z.record(z.string(), z.unknown()).nullable();

const status = z
  .enum([...AI_TASK_STATUSES, 'UNKNOWN'])
  .describe(
    "The status; `UNKNOWN` when the gateway does not know the upstream's word, which is in `rawStatus`",
  );

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
  raw: object.describe(
    'What the upstream said of the task that has no field here; null when there is nothing',
  ),
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

/** A task that was read by itself. */
export const aiTask = item.extend(details.shape).meta({ id: 'AiTask' });

/** An item of a list. It has the details that the upstream's list has, or all of them with `details=true`. */
export const listedAiTask = item.extend(details.partial().shape).meta({ id: 'ListedAiTask' });

export const aiTaskList = z
  .object({
    aiTasks: z.array(listedAiTask),
    isComplete: z
      .boolean()
      .describe('False when there may be more tasks, or when a task or a field of one could not be read'),
    pageInfo,
  })
  .meta({ id: 'AiTaskPage' });

export const aiTaskGraph = z
  .object({
    taskListId: id,
    taskCount: z.number(),
    roots: ids,
    leaves: ids,
    nodes: z.array(
      z.object({ id, title: z.string(), status, rawStatus: z.string(), dependsOn: ids, dependents: ids }),
    ),
    isComplete: z.boolean().describe('False when a node could not be read'),
    done: ids,
    running: ids,
    ready: ids,
    blocked: z.array(z.object({ id, by: ids.describe('The unfinished tasks that it depends on') })),
    unreachable: z.array(
      z.object({ id, because: ids.describe('The failed or cancelled tasks that it depends on') }),
    ),
    criticalPath: ids.describe('The longest chain of unfinished tasks, in the order of execution'),
    cycles: z.array(ids).describe('Cycles of tasks that depend on each other'),
    stages: z.array(ids).describe('Level by level: each stage may run once all before it are done'),
    groups: z.array(ids).describe('Tasks that share no dependency with those of other groups'),
    raw: object.describe('What the upstream said that has no field here, of a node under `graph` and its id'),
  })
  .meta({ id: 'AiTaskGraph' });

const count = z.number();

/** A list, as far as reads through the gateway and its polls have shown it. */
export const aiTaskListSummary = z
  .object({
    id,
    taskCount: count,
    counts: z.object({
      ...{ pending: count, inProgress: count, completed: count, failed: count },
      ...{ cancelled: count, blocked: count, unknown: count },
    }),
    lastSeenAt: instant.describe('When one of its tasks was last seen, to a few seconds; ISO 8601, UTC'),
  })
  .meta({ id: 'AiTaskListSummary' });

export const aiTaskRun = z
  .object({
    id,
    aiTaskId: id,
    taskId: text.describe('The QuantConnect task that is deployed for it'),
    status: z.enum(['STARTING', 'RUNNING', 'COMPLETED', 'FAILED']),
    deploymentId: text,
    reason: text.describe('Why it failed, or what it waits for'),
    createdAt: instant,
    endedAt: text,
  })
  .meta({ id: 'AiTaskRun' });

/** A list run without its runs. */
export const listRun = z
  .object({
    id,
    taskListId: id,
    status: z.enum(['RUNNING', 'STOPPING', 'STOPPED', 'COMPLETED', 'FAILED']),
    maxParallel: z.number(),
    reason: text.describe('Why it did not complete'),
    counts: z
      .object({ starting: z.number(), running: z.number(), completed: z.number(), failed: z.number() })
      .describe('The number of started runs in each status'),
    createdAt: instant,
    endedAt: text,
  })
  .meta({ id: 'AiTaskListRunSummary' });

export const aiTaskListRun = listRun
  .extend({
    runs: z.array(aiTaskRun).describe('The started runs, oldest first'),
  })
  .meta({ id: 'AiTaskListRun' });

/** A graph without the credential that it was read with. */
export function toGraphView({ credentialId: _, ...graph }: AiTaskGraphView): z.infer<typeof aiTaskGraph> {
  return graph;
}

/** A task as an item of a list. */
export function toListedAiTaskView({
  details,
  credentialId: _,
  incompleteFields: _fields,
  ...task
}: AiTaskView): z.infer<typeof listedAiTask> {
  return { ...task, ...details };
}

/**
 * A list of tasks.
 * @param toView makes an element
 */
export function toListView<T>(list: Paged<AiTaskList>, toView: (task: AiTaskView) => T) {
  const { tasks, isComplete } = list;
  const isWhole = isComplete && tasks.every(({ incompleteFields }) => incompleteFields.length === 0);
  return { aiTasks: tasks.map(toView), isComplete: isWhole, pageInfo: list.pageInfo };
}

/** A task with all its fields. */
export function toAiTaskView(task: AiTaskView): z.infer<typeof aiTask> {
  return {
    ...NO_DETAILS,
    ...toListedAiTaskView(task),
  };
}

/** The details of a task that was deleted after it was listed and before it was read. */
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
