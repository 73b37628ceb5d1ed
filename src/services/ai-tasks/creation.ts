import { createHash } from 'node:crypto';
import { isMarked, markMetadata } from '../../domain/ai-task-metadata.ts';
import { mapLimit } from '../../lib/map-limit.ts';
import type { Random } from '../../lib/random.ts';
import { findTask, READS_AT_ONCE } from '../../upstream/quantcdn/find-task.ts';
import type { NewAiTask } from '../../upstream/quantcdn/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { asDefiniteFailure } from '../common/definite-failure.ts';
import { createdSince, onlyOne } from '../common/find-outcome.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertNewDependencies } from './dependencies.ts';

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
    const input = [task, connection.credentialId];
    const { id } = await idempotency.once(
      { ownerId: viewer.userId, operation: 'createAiTask', key, input },
      {
        send: async () => {
          await asDefiniteFailure(() =>
            connection.call((client) => assertNewDependencies(client, task.dependsOn ?? [])),
          );
          return connection.call((client) => client.createTask(marked));
        },
        findOutcome: (sinceMs) => findMarked(connection, { task, mark, sinceMs }),
      },
    );
    return id;
  };
}

/** The mark of an idempotency key: always the same for a key, and a hash, because other clients can read it. */
function toMark(ownerId: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([ownerId, key]))
    .digest('base64url');
}

interface LostCreate {
  task: NewAiTask;
  mark: string;
  sinceMs: () => number;
}

function findMarked(
  connection: QuantCdnConnection,
  { task, mark, sinceMs }: LostCreate,
): Promise<{ id: string } | undefined> {
  return connection.call(async (client) => {
    // The first page holds the newest tasks, and this one was created a moment ago.
    const { tasks } = await client.listTasks({ taskListId: task.taskListId });
    const candidates = createdSince(tasks, sinceMs()).filter(({ title }) => title === task.title);
    const read = await mapLimit(READS_AT_ONCE, candidates, ({ id }) => findTask(client, id));
    const found = onlyOne(read.filter((one) => one !== null && isMarked(one.details.metadata, mark)));
    return found ? { id: found.id } : undefined;
  });
}
