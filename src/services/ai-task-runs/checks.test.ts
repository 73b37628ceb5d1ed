import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPerson } from '../../../test/support/stores.ts';
import type { AiTaskStatus } from '../../domain/ai-task-status.ts';
import { notFound } from '../../errors.ts';
import { putLink } from '../../store/ai-tasks/links.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { AiTaskGraph, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import { detailedAiTask } from '../ai-tasks/detailed-ai-task.test-support.ts';
import { ada, connectionTo } from '../common/connections.test-support.ts';
import { assertListRunnable, assertRunnable } from './checks.ts';

const LINK = { quantconnect: { taskId: '77' } };

/** A connection on which only the given tasks exist, and the ids that were read over it. */
function connectionWith(...tasks: DetailedAiTask[]) {
  const reads: string[] = [];
  const connection = connectionTo<QuantCdnClient>({
    async readTask(id) {
      reads.push(id);
      const task = tasks.find((one) => one.id === id);
      if (task === undefined) throw notFound('AI task');
      return task;
    },
  });
  return { connection, reads };
}

function linked(id: string, status: AiTaskStatus = 'PENDING', dependsOn: string[] = []): DetailedAiTask {
  const rawStatus = status.toLowerCase();
  return detailedAiTask(id, { status, rawStatus, details: { metadata: LINK, dependsOn } });
}

describe('assertRunnable', () => {
  test.each<AiTaskStatus>(['PENDING', 'FAILED'])('accepts a linked task that is %s', async (status) => {
    await assertRunnable(connectionWith().connection, linked('a', status));
  });

  test.each<AiTaskStatus>(['IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'BLOCKED', 'UNKNOWN'])(
    'refuses a task that is %s',
    async (status) => {
      const refused = assertRunnable(connectionWith().connection, linked('a', status));
      await expect(refused).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `The AI task is ${status.toLowerCase()} already`,
      });
    },
  );

  test('refuses a task without a link', async () => {
    await expect(assertRunnable(connectionWith().connection, detailedAiTask('a'))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The AI task is not linked to a task',
    });
  });

  test('names the dependencies that are not completed; one that is gone counts as completed', async () => {
    const { connection } = connectionWith(linked('b', 'COMPLETED'), linked('c'), linked('d', 'FAILED'));
    const refused = assertRunnable(connection, linked('a', 'PENDING', ['b', 'c', 'd', 'gone']));
    await expect(refused).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'The AI task waits for c, d',
    });
    await assertRunnable(connection, linked('a', 'PENDING', ['b', 'gone']));
  });
});

describe('assertListRunnable', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(':memory:');
    await insertPerson(store.db, ada.userId);
  });
  afterEach(() => store.close());

  function graphOf(...tasks: DetailedAiTask[]): AiTaskGraph {
    const nodes = tasks.map(({ id, title, status, rawStatus, details: { dependsOn } }) => ({
      ...{ id, title, status, rawStatus, dependsOn },
      dependents: [],
    }));
    return {
      taskListId: 'list',
      taskCount: nodes.length,
      roots: [],
      leaves: [],
      nodes,
      isComplete: true,
      raw: null,
    };
  }

  function refusal(message: string) {
    return { code: 'BAD_USER_INPUT', details: { fields: [{ path: 'taskListId', message }] } };
  }

  test('refuses a list without tasks', async () => {
    const refused = assertListRunnable(store, connectionWith().connection, graphOf());
    await expect(refused).rejects.toMatchObject(refusal('names a list without tasks'));
  });

  test('refuses a cycle among open tasks', async () => {
    const tasks = [linked('a', 'PENDING', ['b']), linked('b', 'PENDING', ['a'])];
    const refused = assertListRunnable(store, connectionWith(...tasks).connection, graphOf(...tasks));
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/has tasks that wait for each other: (a → b|b → a)/),
    });
  });

  test('accepts a cycle with a task that is completed', async () => {
    const tasks = [linked('a', 'PENDING', ['b']), linked('b', 'COMPLETED', ['a'])];
    await assertListRunnable(store, connectionWith(...tasks).connection, graphOf(...tasks));
  });

  test('names the open tasks without a link, and reads only those without a stored one', async () => {
    const tasks = [
      linked('stored'),
      linked('elsewhere'),
      detailedAiTask('bare'),
      detailedAiTask('done', { status: 'COMPLETED', rawStatus: 'completed' }),
    ];
    const { connection, reads } = connectionWith(...tasks);
    const link = { ownerId: ada.userId, organisation: connection.account, aiTaskId: 'stored', taskId: '77' };
    await putLink(store.db, link);
    await expect(assertListRunnable(store, connection, graphOf(...tasks))).rejects.toMatchObject(
      refusal('has tasks that are not linked to a task: bare'),
    );
    expect(reads.toSorted()).toEqual(['bare', 'elsewhere']);
  });
});
