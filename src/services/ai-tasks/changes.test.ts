import { describe, expect, test } from 'vitest';
import { mergePatch } from '../../lib/merge-patch.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { AiTaskChanges, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { connectionTo, notExpected } from '../common/connections.test-support.ts';
import { createAiTaskWrites } from './changes.ts';
import { detailedAiTask } from './detailed-ai-task.test-support.ts';

const ID = '00000000-0000-4000-8000-000000000001';

/**
 * One task upstream that other clients change too: `afterWrite` runs after each write, before the task is read back.
 * `writes` holds what was sent.
 */
function upstreamWith(task: DetailedAiTask, afterWrite: (task: DetailedAiTask, writes: number) => void) {
  const writes: AiTaskChanges[] = [];
  const connection = connectionTo<QuantCdnClient>({
    readTask: notExpected,
    async updateTask(_id, { metadata, ...changes }) {
      writes.push({ ...changes, ...(metadata === undefined ? {} : { metadata }) });
      if (changes.title !== undefined) task.title = changes.title;
      if (changes.assignedAgentId !== undefined) task.assignedAgentId = changes.assignedAgentId;
      if (changes.rawStatus !== undefined) task.rawStatus = changes.rawStatus;
      if (changes.rawStatus === 'in_progress') task.status = 'IN_PROGRESS';
      if (metadata !== undefined) task.details.metadata = metadata;
      afterWrite(task, writes.length);
    },
  });
  const reads = {
    one: async () => ({ ...structuredClone(task), credentialId: 'c1' }),
    metadataToChange: async () => structuredClone(task.details.metadata) ?? {},
    many: notExpected,
    list: notExpected,
  };
  return { writes, connection, tasks: createAiTaskWrites({ reads }) };
}

describe('a metadata patch', () => {
  const wanted = { changes: { title: 'new' }, metadataPatch: { mine: 1 } };
  const start = () => detailedAiTask(ID, { details: { metadata: { theirs: 0 } } });

  test('is merged into the metadata and sent once with the other changes', async () => {
    const { writes, connection, tasks } = upstreamWith(start(), () => undefined);
    const after = await tasks.update(connection, ID, wanted);
    expect(after.details.metadata).toEqual({ theirs: 0, mine: 1 });
    expect(writes).toEqual([{ title: 'new', metadata: { theirs: 0, mine: 1 } }]);
  });

  test('that another client has overwritten is sent again without the other changes', async () => {
    const { writes, connection, tasks } = upstreamWith(start(), (task, count) => {
      if (count === 1) task.details.metadata = { theirs: 1 };
    });
    const after = await tasks.update(connection, ID, wanted);
    expect(after.details.metadata).toEqual({ theirs: 1, mine: 1 });
    expect(writes).toEqual([
      { title: 'new', metadata: { theirs: 0, mine: 1 } },
      { metadata: { theirs: 1, mine: 1 } },
    ]);
  });

  test('that is overwritten three times is a CONFLICT', async () => {
    const { writes, connection, tasks } = upstreamWith(start(), (task, count) => {
      task.details.metadata = { theirs: count };
    });
    await expect(tasks.update(connection, ID, wanted)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(writes).toHaveLength(3);
  });

  test('of many requests at the same time is never lost', async () => {
    const { connection, tasks } = upstreamWith(start(), () => undefined);
    const patches = Array.from({ length: 10 }, (_, index) => ({ [`key${index}`]: index }));
    await Promise.all(
      patches.map((metadataPatch) => tasks.update(connection, ID, { changes: {}, metadataPatch })),
    );
    const { details } = await tasks.update(connection, ID, { changes: {}, metadataPatch: undefined });
    expect(details.metadata).toEqual(patches.reduce(mergePatch, { theirs: 0 }));
  });
});

describe('a change without a patch', () => {
  test('is one write', async () => {
    const { writes, connection, tasks } = upstreamWith(detailedAiTask(ID), () => undefined);
    await tasks.update(connection, ID, { changes: { title: 'new' }, metadataPatch: undefined });
    expect(writes).toEqual([{ title: 'new' }]);
  });

  test('without fields writes nothing', async () => {
    const { writes, connection, tasks } = upstreamWith(detailedAiTask(ID), () => undefined);
    await tasks.update(connection, ID, { changes: {}, metadataPatch: undefined });
    expect(writes).toEqual([]);
  });
});

describe('a claim', () => {
  test('of a free task sets the agent and the status', async () => {
    const { writes, connection, tasks } = upstreamWith(detailedAiTask(ID), () => undefined);
    const claimed = await tasks.claim(connection, ID, 'agent');
    expect(claimed).toMatchObject({ assignedAgentId: 'agent', status: 'IN_PROGRESS' });
    expect(writes).toEqual([{ assignedAgentId: 'agent', rawStatus: 'in_progress' }]);
  });

  test.each([
    ['that is not PENDING', { status: 'COMPLETED', rawStatus: 'completed' } as const],
    ['that is assigned to another agent', { assignedAgentId: 'other' }],
  ])('of a task %s is a CONFLICT and writes nothing', async (_title, columns) => {
    const { writes, connection, tasks } = upstreamWith(detailedAiTask(ID, columns), () => undefined);
    await expect(tasks.claim(connection, ID, 'agent')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(writes).toEqual([]);
  });

  test('that another client overwrites is a CONFLICT', async () => {
    const { connection, tasks } = upstreamWith(detailedAiTask(ID), (task) => {
      task.assignedAgentId = 'other';
    });
    await expect(tasks.claim(connection, ID, 'agent')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Another was faster: the AI task is in_progress by other',
    });
  });
});
