import { badUserInput, conflict } from '../../errors.ts';
import { createKeyedMutex } from '../../lib/limit/keyed-mutex.ts';
import { holdsPatch, mergePatch } from '../../lib/merge-patch.ts';
import { TASK_ID } from '../../upstream/quantcdn/encode.ts';
import type { AiTaskChanges } from '../../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { assertKnownShape, assertValid, checkJson } from '../common/input.ts';
import { assertChangedDependencies } from './dependencies.ts';
import type { ParsedChanges } from './input.ts';
import type { AiTaskReads, DetailedAiTaskView } from './reads.ts';

/**
 * Changes existing AI tasks. The upstream offers no conditional write (docs/upstream/quantcdn.md, Update a task), so each
 * write is read back, and this process writes to one task at a time: its own clients never overwrite each other.
 */
export interface AiTaskWrites {
  /** @throws GatewayError `CONFLICT` if other clients overwrite the metadata in each of three tries */
  update(connection: QuantCdnConnection, id: string, wanted: ParsedChanges): Promise<DetailedAiTaskView>;
  /** @throws GatewayError `CONFLICT` if the task is not free, or another client has claimed it first */
  claim(connection: QuantCdnConnection, id: string, agentId: string): Promise<DetailedAiTaskView>;
}

const MERGE_TRIES = 3;

const UNREADABLE = 'cannot be merged, because the stored metadata nests too deeply to be read';

export function createAiTaskWrites({ reads }: { reads: AiTaskReads }): AiTaskWrites {
  const runExclusive = createKeyedMutex();
  const write = (connection: QuantCdnConnection, id: string, changes: AiTaskChanges): Promise<void> =>
    connection.call((client) => client.updateTask(id, changes));

  const mergeMetadata = async (
    connection: QuantCdnConnection,
    id: string,
    { changes, metadataPatch = {} }: ParsedChanges,
  ): Promise<DetailedAiTaskView> => {
    for (let tries = 1; tries <= MERGE_TRIES; tries += 1) {
      const stored = await reads.metadataToChange(connection, id);
      if (stored === null) throw badUserInput({ path: 'input.metadataPatch', message: UNREADABLE });
      const metadata = mergePatch(stored, metadataPatch);
      assertValid([checkJson(metadata, 'input.metadataPatch')]);
      // Other fields are written in the first try only: later they could undo a change of another client.
      await write(connection, id, tries === 1 ? { ...changes, metadata } : { metadata });
      const after = await reads.one(connection, id);
      if (holdsPatch(after.details.metadata ?? {}, metadataPatch)) return after;
    }
    throw conflict('The metadata is being changed by others at the same time; ask again');
  };

  const applyChanges = async (
    connection: QuantCdnConnection,
    id: string,
    wanted: ParsedChanges,
  ): Promise<DetailedAiTaskView> => {
    if (wanted.metadataPatch !== undefined) return mergeMetadata(connection, id, wanted);
    if (Object.values(wanted.changes).some((value) => value !== undefined)) {
      await write(connection, id, wanted.changes);
    }
    return reads.one(connection, id);
  };

  const startWork = async (
    connection: QuantCdnConnection,
    id: string,
    agentId: string,
  ): Promise<DetailedAiTaskView> => {
    const { rawStatus, status, assignedAgentId } = await reads.one(connection, id);
    if (status !== 'PENDING') throw conflict(`The AI task is not PENDING but ${rawStatus}`);
    if (assignedAgentId !== null && assignedAgentId !== agentId) {
      throw conflict(`The AI task is assigned to ${assignedAgentId}`);
    }
    await write(connection, id, { assignedAgentId: agentId, rawStatus: 'in_progress' });
    const after = await reads.one(connection, id);
    if (after.assignedAgentId === agentId && after.status === 'IN_PROGRESS') return after;
    throw conflict(
      `Another was faster: the AI task is ${after.rawStatus} by ${after.assignedAgentId ?? 'nobody'}`,
    );
  };

  return {
    async update(connection, id, wanted) {
      assertKnownShape(TASK_ID.test(id), 'AI task');
      const { dependsOn } = wanted.changes;
      const applyExclusively = () =>
        runExclusive(lockKey(connection, id), () => applyChanges(connection, id, wanted));
      if (dependsOn === undefined || dependsOn.length === 0) return applyExclusively();
      // One change of dependencies at a time: two changes that are valid alone may form a cycle together.
      return runExclusive(lockKey(connection, 'dependencies'), async () => {
        await connection.call((client) => assertChangedDependencies(client, id, dependsOn));
        return applyExclusively();
      });
    },

    async claim(connection, id, agentId) {
      assertKnownShape(TASK_ID.test(id), 'AI task');
      return runExclusive(lockKey(connection, id), () => startWork(connection, id, agentId));
    },
  };
}

function lockKey({ account }: QuantCdnConnection, what: string): string {
  return JSON.stringify([account, what]);
}
