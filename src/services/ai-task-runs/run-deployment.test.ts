import { expect, onTestFinished, test } from 'vitest';
import { deployment, insertPerson } from '../../../test/support/stores.ts';
import { toJson } from '../../lib/json.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import { openStore } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { toStoredView } from '../agents/deployment-view.ts';
import { createRunDeployment } from './run-deployment.ts';

const RUN: AiTaskRunRow & { taskId: string } = {
  ownerId: 'ada',
  id: 'run-1',
  credentialId: 'cdn',
  agentCredentialId: 'agents',
  organisation: 'acme',
  aiTaskId: 't1',
  taskListId: null,
  listRunId: null,
  taskId: '77',
  state: 'DEPLOYING',
  deploymentId: null,
  guard: toJson({ maxTurns: 3 }),
  progressMessage: null,
  reason: null,
  startedBy: null,
  createdAt: 1,
  endedAt: null,
};

test('a run is deployed and stopped for its owner, by the gateway, with the id of the run as the key', async () => {
  const store = await openStore(':memory:');
  onTestFinished(() => store.close());
  await insertPerson(store.db, 'ada');
  const calls: { viewer: Viewer; input: object }[] = [];
  const runDeployment = createRunDeployment({
    store,
    clock: { evenMs: () => 1 },
    deployments: {
      async deploy(viewer, input) {
        calls.push({ viewer, input });
        return toStoredView(deployment('ada', 'd1'));
      },
      async stop(viewer, input) {
        calls.push({ viewer, input });
        return toStoredView(deployment('ada', 'd1'));
      },
    },
  });
  const beforeSend = async () => undefined;
  expect(await runDeployment.deploy(RUN, beforeSend)).toBe('d1');
  await runDeployment.stop({ ...RUN, deploymentId: 'd1' });
  expect(calls).toMatchObject([
    {
      viewer: { userId: 'ada', name: 'ada@example.com', actor: { id: 'quantgate' } },
      input: {
        taskId: '77',
        guard: { maxTurns: 3 },
        credentialId: 'agents',
        idempotencyKey: 'run-1',
        beforeSend,
      },
    },
    { viewer: { userId: 'ada', actor: { id: 'quantgate' } }, input: { id: 'd1', credentialId: 'agents' } },
  ]);
});
