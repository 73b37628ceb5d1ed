import { expect, test, vi } from 'vitest';
import type { AiTaskDetails } from '../../upstream/quantcdn/model.ts';
import { detailedAiTask } from '../ai-tasks/detailed-ai-task.test-support.ts';
import { type AiTaskRunView, findDeploymentId } from './task-runs.ts';

const run = (deploymentId: string | null): AiTaskRunView => ({
  id: 'run',
  aiTaskId: '1',
  taskId: '77',
  status: 'STARTING',
  deploymentId,
  reason: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
});

const detailsWith = (result: AiTaskDetails['result']): AiTaskDetails =>
  detailedAiTask('1', { details: { result } }).details;

test("a run's deployment is used, and the details are not read", async () => {
  const readDetails = vi.fn(async () => detailsWith({ deploymentId: 'named' }));
  expect(await findDeploymentId(run('own'), readDetails)).toBe('own');
  expect(readDetails).not.toHaveBeenCalled();
});

test.each([
  ['no run', null],
  ['a run that has not been deployed yet', run(null)],
])('with %s, the deployment is the one the result names', async (_title, newest) => {
  expect(await findDeploymentId(newest, async () => detailsWith({ deploymentId: 'named' }))).toBe('named');
});

test.each([
  ['an AI task that is gone', null],
  ['no result', detailsWith(null)],
  ['a result without a deployment', detailsWith({ answer: 42 })],
  ['a result whose deployment is no text', detailsWith({ deploymentId: 7 })],
])('with %s, there is no deployment', async (_title, details) => {
  expect(await findDeploymentId(null, async () => details)).toBeNull();
});
