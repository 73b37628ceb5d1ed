import type { ObservedMessage } from '../../domain/observed.ts';
import { toJson } from '../../lib/json.ts';
import { SEQ_PER_MS } from '../../store/deployments/events.ts';
import {
  allThreadMessages,
  findThread,
  type ThreadKey,
  upsertThreadMessage,
} from '../../store/deployments/threads.ts';
import type { Db } from '../../store/store.ts';
import type { EventLog } from '../log.ts';

/**
 * Stores the messages of a sub-agent's thread that are new or have changed.
 * @returns the revision of the last one; 0 for none, and for a thread that was deleted meanwhile
 */
export async function saveThread(
  tx: Db,
  eventLog: Pick<EventLog, 'readTimeMs'>,
  key: ThreadKey,
  messages: readonly ObservedMessage[],
): Promise<number> {
  if ((await findThread(tx, key)) === undefined) return 0;
  const stored = await allThreadMessages(tx, key);
  const bodies = new Map(stored.map((row) => [row.position, row.body]));
  const changed = messages
    .map((message) => ({ position: message.index, body: toJson(message) }))
    .filter(({ position, body }) => bodies.get(position) !== body);
  if (changed.length === 0) return 0;
  const before = Math.max(0, ...stored.map((row) => row.revision));
  // Numbered by the clock, as the messages of the deployment itself.
  let revision = Math.max(before, (await eventLog.readTimeMs(tx)) * SEQ_PER_MS - 1);
  for (const message of changed) {
    revision += 1;
    await upsertThreadMessage(tx, { ...key, revision, ...message });
  }
  return revision;
}
