import { describe, expect, test } from 'vitest';
import { deployment } from '../../../test/support/stores.ts';
import { GatewayError, notFound } from '../../errors.ts';
import { LeaseLostError } from '../../events/log.ts';
import { toJson } from '../../lib/json.ts';
import { insertDeployment } from '../../store/deployments/deployments.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import { findFailure, followDeployment, toProgressMessage } from './follow-deployment.ts';
import { CLAIMED, linkedTask, listRun, type RunBed, setUpRun } from './run.test-support.ts';

const RUNNING = { state: 'RUNNING', taskId: '77', deploymentId: 'd1' } as const;
const FAILED = { isTerminal: 1, status: 'FAILED', rawStatus: 'Runtime Error' } as const;

const row = (more: Partial<DeploymentRow> = {}): DeploymentRow =>
  deployment('u1', 'd1', { credentialId: 'agents', ...more });

async function setUp(more: Partial<DeploymentRow> | null, run = {}): Promise<RunBed> {
  const bed = await setUpRun(linkedTask(CLAIMED), { ...RUNNING, ...run });
  if (more !== null) await insertDeployment(bed.store.db, row(more));
  return bed;
}

test.each<[string, DeploymentRow | undefined, string | undefined]>([
  ['unknown', undefined, 'The deployment is not known any more'],
  ['deleted', row({ isDeleted: 1 }), 'Deployment d1 was deleted'],
  [
    'without a credential',
    row({ credentialId: null }),
    'Nobody can say how deployment d1 ends: its credential was deleted',
  ],
  ['completed', row({ isTerminal: 1, status: 'COMPLETED' }), undefined],
  ['completed and deleted', row({ isTerminal: 1, status: 'COMPLETED', isDeleted: 1 }), undefined],
  ['failed', row(FAILED), 'Deployment d1 ended as Runtime Error'],
  ['stopped', row({ ...FAILED, status: 'STOPPED', rawStatus: 'Stopped' }), 'Deployment d1 ended as Stopped'],
])('a deployment that is %s', (_what, deployment, reason) => {
  expect(findFailure(deployment)).toBe(reason);
});

test('a failed deployment: the reason has its runtime error', () => {
  const state = toJson({
    id: 'd1',
    rawStatus: 'Runtime Error',
    status: 'FAILED' as const,
    isTerminal: true,
    taskId: '77',
    runtimeError: 'division by zero',
  });
  expect(findFailure(row({ ...FAILED, state }))).toBe(
    'Deployment d1 ended as Runtime Error: division by zero',
  );
});

test('a new status: it is written to the AI task and stored', async () => {
  await using bed = await setUp({ rawStatus: 'Live' });
  expect(await followDeployment(bed.context, await bed.run())).toEqual({ hasChanges: false });
  expect(bed.aiTasks.sent).toEqual([{ progressMessage: 'Deployment d1: Live' }]);
  expect(await bed.run()).toMatchObject({ state: 'RUNNING', progressMessage: 'Deployment d1: Live' });
});

test('a status that was written already is not sent again', async () => {
  await using bed = await setUp({}, { progressMessage: toProgressMessage(row()) });
  await followDeployment(bed.context, await bed.run());
  expect(bed.aiTasks.sent).toEqual([]);
});

test.each([notFound('AI task'), new GatewayError('UPSTREAM_REJECTED')])(
  'a task that cannot be written (%s): the run goes on',
  async (error) => {
    await using bed = await setUp({});
    bed.aiTasks.failUpdates.push(error);
    expect(await followDeployment(bed.context, await bed.run())).toEqual({ hasChanges: false });
    expect(await bed.run()).toMatchObject({ state: 'RUNNING', progressMessage: 'Deployment d1: Running' });
  },
);

test('a write that may succeed later is thrown, and sent again by the next poll', async () => {
  await using bed = await setUp({});
  const error = new GatewayError('UPSTREAM_TIMEOUT');
  bed.aiTasks.failUpdates.push(error);
  await expect(followDeployment(bed.context, await bed.run())).rejects.toBe(error);
  expect((await bed.run()).progressMessage).toBeNull();
});

test('a lease that was taken over: nothing is sent', async () => {
  await using bed = await setUp({});
  const assertLeaseHeld = () => Promise.reject(new LeaseLostError());
  const context = { ...bed.context, writer: { ...bed.context.writer, assertLeaseHeld } };
  await expect(followDeployment(context, await bed.run())).rejects.toBeInstanceOf(LeaseLostError);
  expect(bed.aiTasks.sent).toEqual([]);
});

test('a refused credential is the reason of the run for as long as it is refused', async () => {
  await using bed = await setUp({});
  const setStatus = (status: 'REJECTED' | 'VERIFIED') =>
    bed.store.db.updateTable('credentials').set({ status }).where('id', '=', 'agents').execute();
  await setStatus('REJECTED');
  await followDeployment(bed.context, await bed.run());
  expect(await bed.run()).toMatchObject({ state: 'RUNNING', reason: 'CREDENTIAL_REJECTED' });
  await setStatus('VERIFIED');
  await followDeployment(bed.context, await bed.run());
  expect((await bed.run()).reason).toBeNull();
});

test.each<[string, Partial<DeploymentRow> | null, string | null]>([
  ['completed', { isTerminal: 1, status: 'COMPLETED' }, null],
  ['failed', FAILED, 'Deployment d1 ended as Runtime Error'],
  ['was deleted', { isDeleted: 1 }, 'Deployment d1 was deleted'],
  [
    'has lost its credential',
    { credentialId: null },
    'Nobody can say how deployment d1 ends: its credential was deleted',
  ],
  ['is unknown', null, 'The deployment is not known any more'],
])('a deployment that %s: the run finishes', async (_what, more, reason) => {
  await using bed = await setUp(more);
  expect(await followDeployment(bed.context, await bed.run())).toBeUndefined();
  expect(await bed.run()).toMatchObject({ state: 'FINISHING', reason });
});

describe('a list run that stops its deployments', () => {
  const list = listRun({ state: 'STOPPING', stopsDeployments: 1 });

  async function setUpStop(stop: () => Promise<void>, more: Partial<DeploymentRow> = {}, stopping = list) {
    const stopped: string[] = [];
    const bed = await setUpRun(linkedTask(CLAIMED), RUNNING, {
      list: stopping,
      async stop({ deploymentId }) {
        stopped.push(deploymentId);
        await stop();
      },
    });
    await insertDeployment(bed.store.db, row(more));
    return { ...bed, stopped };
  }

  const succeeds = async (): Promise<void> => undefined;

  test('a deployment that runs is stopped, and again after five seconds while it runs', async () => {
    await using bed = await setUpStop(succeeds);
    const again = { hasChanges: true, minDelayMs: 5_000 };
    expect(await followDeployment(bed.context, await bed.run())).toEqual(again);
    expect(await followDeployment(bed.context, await bed.run())).toEqual(again);
    expect(bed.stopped).toEqual(['d1', 'd1']);
    expect(await bed.run()).toMatchObject({ state: 'RUNNING', reason: null });
  });

  test.each<[string, Partial<DeploymentRow>]>([
    ['has ended', { isTerminal: 1, status: 'COMPLETED' }],
    ['was deleted', { isDeleted: 1 }],
    ['has lost its credential', { credentialId: null }],
  ])('a deployment that %s is not stopped', async (_what, more) => {
    await using bed = await setUpStop(succeeds, more);
    await followDeployment(bed.context, await bed.run());
    expect(bed.stopped).toEqual([]);
  });

  test('a stop that leaves deployments alone stops none', async () => {
    await using bed = await setUpStop(succeeds, {}, listRun({ state: 'STOPPING' }));
    expect(await followDeployment(bed.context, await bed.run())).toEqual({ hasChanges: false });
    expect(bed.stopped).toEqual([]);
  });

  test('a stop that is refused is the reason of the run, until it succeeds', async () => {
    const answers = [new GatewayError('UPSTREAM_REJECTED', 'Not now.')];
    await using bed = await setUpStop(async () => {
      const error = answers.shift();
      if (error !== undefined) throw error;
    });
    await followDeployment(bed.context, await bed.run());
    expect((await bed.run()).reason).toBe('UPSTREAM_REJECTED');
    await followDeployment(bed.context, await bed.run());
    expect((await bed.run()).reason).toBeNull();
  });

  test('a deployment that no longer exists upstream is no failure of the stop', async () => {
    await using bed = await setUpStop(() => Promise.reject(notFound('Deployment')));
    await followDeployment(bed.context, await bed.run());
    expect((await bed.run()).reason).toBeNull();
  });

  test.each([new GatewayError('INTERNAL'), new TypeError('bug'), new LeaseLostError()])(
    'an error that says nothing of the deployment is thrown: %s',
    async (error) => {
      await using bed = await setUpStop(() => Promise.reject(error));
      await expect(followDeployment(bed.context, await bed.run())).rejects.toBe(error);
    },
  );

  test('a lease that was taken over: nothing is stopped', async () => {
    await using bed = await setUpStop(succeeds);
    const assertLeaseHeld = () => Promise.reject(new LeaseLostError());
    const context = { ...bed.context, writer: { ...bed.context.writer, assertLeaseHeld } };
    await expect(followDeployment(context, await bed.run())).rejects.toBeInstanceOf(LeaseLostError);
    expect(bed.stopped).toEqual([]);
  });

  test('while its credential is refused a deployment is not stopped', async () => {
    await using bed = await setUpStop(succeeds);
    await bed.store.db.updateTable('credentials').set({ status: 'REJECTED' }).execute();
    expect(await followDeployment(bed.context, await bed.run())).toEqual({ hasChanges: false });
    expect(bed.stopped).toEqual([]);
    expect((await bed.run()).reason).toBe('CREDENTIAL_REJECTED');
  });

  test('a deployment that was created while the guard of the list run tripped is left to its own watch', async () => {
    const guard = toJson({ maxTurns: 1 });
    const tripped = listRun({ ...list, guard, guardTripped: 'maxTurns: 2 of 1 taken' });
    await using bed = await setUpStop(succeeds, { guard }, tripped);
    await bed.store.db.updateTable('aiTaskRuns').set({ deploymentId: 'd1' }).execute();

    await followDeployment(bed.context, await bed.run());

    expect(bed.stopped).toEqual([]);
    const events = await bed.store.db.selectFrom('events').select(['type', 'reason']).execute();
    expect(events).toEqual([{ type: 'GUARD_TRIPPED', reason: 'maxTurns: 2 of 1 taken' }]);
    await followDeployment(bed.context, await bed.run());
    expect(await bed.store.db.selectFrom('events').select('type').execute()).toHaveLength(1);
  });
});
