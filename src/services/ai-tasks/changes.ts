import { conflict } from '../../errors.ts';
import { createKeyedMutex } from '../../lib/limit/keyed-mutex.ts';
import { holdsPatch, mergePatch } from '../../lib/merge-patch.ts';
import type { AiTaskChanges } from '../../upstream/quantcdn/model.ts';
import { TASK_ID } from '../../upstream/quantcdn/wire.ts';
import type { QuantCdnConnection } from '../common/connections.ts';
import { assertKnownShape } from '../common/input.ts';
import { checkChangedDependencies } from './dependencies.ts';
import type { ReadChanges } from './input.ts';
import type { AiTaskReads, DetailedAiTaskView } from './reads.ts';

/**
 * Writing to AI tasks that exist. Nothing upstream compares before it sets (its page, section 3.4), so each write is
 * read back, and the writes of this process to one task wait for each other: among its own clients no race is lost.
 */
export interface AiTaskWrites {
  update(connection: QuantCdnConnection, id: string, asked: ReadChanges): Promise<DetailedAiTaskView>;
  /** @throws GatewayError `CONFLICT` when it is not free, or another was faster */
  claim(connection: QuantCdnConnection, id: string, agentId: string): Promise<DetailedAiTaskView>;
}

const PATCH_TRIES = 3;

export function createAiTaskWrites({ reads }: { reads: AiTaskReads }): AiTaskWrites {
  const inTurn = createKeyedMutex();
  const write = (connection: QuantCdnConnection, id: string, changes: AiTaskChanges): Promise<void> =>
    connection.call((client) => client.updateTask(id, changes));

  const merge = async (
    connection: QuantCdnConnection,
    id: string,
    { changes, metadataPatch = {} }: ReadChanges,
  ): Promise<DetailedAiTaskView> => {
    for (let tries = 1; tries <= PATCH_TRIES; tries += 1) {
      const { details } = await reads.one(connection, id);
      const metadata = mergePatch(details.metadata ?? {}, metadataPatch);
      // All else is written once: a second time it might undo what another has changed meanwhile.
      await write(connection, id, tries === 1 ? { ...changes, metadata } : { metadata });
      const after = await reads.one(connection, id);
      if (holdsPatch(after.details.metadata ?? {}, metadataPatch)) return after;
    }
    throw conflict('The metadata is being changed by others at the same time; ask again');
  };

  const change = async (
    connection: QuantCdnConnection,
    id: string,
    asked: ReadChanges,
  ): Promise<DetailedAiTaskView> => {
    if (asked.metadataPatch !== undefined) return merge(connection, id, asked);
    if (Object.values(asked.changes).some((value) => value !== undefined)) {
      await write(connection, id, asked.changes);
    }
    return reads.one(connection, id);
  };

  const start = async (
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
    async update(connection, id, asked) {
      assertKnownShape(TASK_ID.test(id), 'AI task');
      const { dependsOn } = asked.changes;
      const ofTask = () => inTurn(keyOf(connection, id), () => change(connection, id, asked));
      if (dependsOn === undefined || dependsOn.length === 0) return ofTask();
      // Two changes that each are fine may close a circle together.
      return inTurn(keyOf(connection, 'dependencies'), async () => {
        await connection.call((client) => checkChangedDependencies(client, id, dependsOn));
        return ofTask();
      });
    },

    async claim(connection, id, agentId) {
      assertKnownShape(TASK_ID.test(id), 'AI task');
      return inTurn(keyOf(connection, id), () => start(connection, id, agentId));
    },
  };
}

function keyOf({ account }: QuantCdnConnection, what: string): string {
  return JSON.stringify([account, what]);
}
