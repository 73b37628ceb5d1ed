import { isMarked, markMetadata } from '../../domain/ai-task-metadata.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { Random } from '../../lib/random.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { NewAiTask } from '../../upstream/quantcdn/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { hashText, type Idempotency, type RecoverySteps, turnKeyOf } from '../common/idempotency.ts';
import { assertNewDependencies } from './dependencies.ts';

/** Limit of tasks with the same title that are read for the mark, the newest first. */
const MAX_READS = 20;

/** Creates an AI task, once for each idempotency key. @returns the id of the task */
type CreateOnce = (
  viewer: Viewer,
  connection: QuantCdnConnection,
  task: NewAiTask,
  key: string | null | undefined,
) => Promise<string>;

/**
 * The upstream has no idempotency keys, and list items do not show metadata (docs/upstream/quantcdn.md, Sending again).
 * Each request therefore writes its own mark into the metadata. After a lost answer the recent tasks with the same title
 * are read, and the one with the mark is the outcome.
 */
export function createAiTaskCreation({
  idempotency,
  random,
}: {
  idempotency: Idempotency;
  random: Random;
}): CreateOnce {
  return async (viewer, connection, task, key) => {
    const mark = key == null ? random.uuid() : toMark(viewer.userId, key);
    const marked = { ...task, metadata: markMetadata(task.metadata, mark) };
    const creation: AiTaskCreation = {
      taskListId: task.taskListId ?? null,
      titleHash: hashText(task.title),
      mark,
    };
    const { id } = await idempotency.once(
      {
        ownerId: viewer.userId,
        operation: 'createAiTask',
        key,
        input: [task, connection.credentialId],
        credentialId: connection.credentialId,
        // The mark tells this request from all others, so it waits for none.
        turnKey: turnKeyOf(connection, 'AI task', mark),
        recovery: creation,
      },
      {
        check: () => connection.call((client) => assertNewDependencies(client, task.dependsOn ?? [])),
        send: () => connection.call((client) => client.createTask(marked)),
        ...recoverAiTask(connection, creation),
      },
    );
    return id;
  };
}

/** The mark of an idempotency key: always the same for a key, and a hash, because other clients can read it. */
function toMark(ownerId: string, key: string): string {
  return hashText(JSON.stringify([ownerId, key]));
}

/** What is stored of the creation of an AI task, to find its outcome without the caller. */
export interface AiTaskCreation {
  taskListId: string | null;
  titleHash: string;
  mark: string;
}

/** The task with the mark is the outcome. */
export function recoverAiTask(
  connection: QuantCdnConnection,
  { taskListId, titleHash, mark }: AiTaskCreation,
): RecoverySteps<{ id: string }> {
  return {
    idOf: ({ id }) => id,
    findCandidates: () =>
      connection.call(async (client) => {
        // The first page holds the newest tasks, and this one was created a moment ago.
        const { tasks } = await client.listTasks(taskListId === null ? {} : { taskListId });
        const alike = tasks.filter(({ title }) => hashText(title) === titleHash).slice(0, MAX_READS);
        const read = await mapLimit(READS_AT_ONCE, alike, ({ id }) => findTask(client, id));
        return read
          .filter((task) => task !== null)
          .filter(({ details }) => isMarked(details.metadata, mark))
          .map(({ id, createdAt }) => ({ id, createdAt, outcome: { id } }));
      }),
  };
}
