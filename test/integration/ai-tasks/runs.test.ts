import { expect, test } from 'vitest';
import { diamond, endOfListRun, type ListRun, RUN_LIST, upstreamTask } from '../../support/ai-task-runs.ts';
import { bootGateway } from '../../support/gateway.ts';

test('mutation runAiTaskList runs a diamond in order and ends every AI task', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskIds = [];
  for (let index = 0; index < 4; index += 1) taskIds.push(await ada.createTask());
  const ids = diamond(simulator, 'release-42', taskIds);

  const { run } = await ada.ask<{ run: ListRun }>(RUN_LIST, { id: 'release-42' });
  expect(run.status).toBe('RUNNING');
  const end = await endOfListRun(ada, 'release-42');

  expect(end).toMatchObject({ id: run.id, status: 'COMPLETED', reason: null });
  expect(end.runs.map(({ aiTaskId }) => aiTaskId)).toHaveLength(4);
  for (const [index, id] of ids.entries()) {
    const taskRun = end.runs.find(({ aiTaskId }) => aiTaskId === id);
    const task = upstreamTask(simulator, id);
    expect(taskRun).toMatchObject({ status: 'COMPLETED', taskId: taskIds[index], reason: null });
    expect(task).toMatchObject({
      status: 'completed',
      progress: 1,
      result: { taskId: taskIds[index], deploymentId: taskRun?.deploymentId },
      metadata: { color: 'blue', quantconnect: { taskId: taskIds[index] } },
    });
    expect(task.startedAt).not.toBeNull();
  }
});
