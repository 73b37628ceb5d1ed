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
import { checkNewDependencies } from './dependencies.ts';

/** Makes a task once for one idempotency key; tells its id. */
export type CreateOnce = (
  viewer: Viewer,
  connection: QuantCdnConnection,
  task: NewAiTask,
  key: string | null | undefined,
) => Promise<string>;

/**
 * The upstream knows no idempotency key, and its lists do not show metadata (its page, section 9). So each request
 * leaves a mark of its own in the metadata; after a lost answer, the new tasks of the same title are read for it.
 */
export function createOnce({
  idempotency,
  random,
}: {
  idempotency: Idempotency;
  random: Random;
}): CreateOnce {
  return async (viewer, connection, task, key) => {
    const request = key == null ? random.uuid() : nameOf(viewer.userId, key);
    const marked = { ...task, metadata: markMetadata(task.metadata, request) };
    const input = [task, connection.credentialId];
    const { id } = await idempotency.once(
      { ownerId: viewer.userId, operation: 'createAiTask', key, input },
      {
        send: async () => {
          await asDefiniteFailure(() =>
            connection.call((client) => checkNewDependencies(client, task.dependsOn ?? [])),
          );
          return connection.call((client) => client.createTask(marked));
        },
        findOutcome: (sinceMs) => findMarked(connection, { task, request, sinceMs }),
      },
    );
    return id;
  };
}

/** The mark of a key: the same whenever the key comes again, and nothing that would tell the key. */
function nameOf(ownerId: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([ownerId, key]))
    .digest('base64url');
}

interface Lost {
  task: NewAiTask;
  request: string;
  sinceMs: () => number;
}

function findMarked(
  connection: QuantCdnConnection,
  { task, request, sinceMs }: Lost,
): Promise<{ id: string } | undefined> {
  return connection.call(async (client) => {
    // The newest page is enough: it was made a moment ago.
    const { tasks } = await client.listTasks({ taskListId: task.taskListId });
    const alike = createdSince(tasks, sinceMs()).filter(({ title }) => title === task.title);
    const read = await mapLimit(READS_AT_ONCE, alike, ({ id }) => findTask(client, id));
    const found = onlyOne(read.filter((one) => one !== null && isMarked(one.details.metadata, request)));
    return found ? { id: found.id } : undefined;
  });
}
