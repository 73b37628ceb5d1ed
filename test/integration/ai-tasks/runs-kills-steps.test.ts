import { expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  endOfListRun,
  listRunOf,
  RUN_LIST,
  until,
  updatesOf,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { startMortalList } from '../../support/mortal-list.ts';
import { temporaryFolder } from '../../support/process.ts';

const CREATE = '/deployments/create';
/** Longer than a test needs to notice what was done and to kill the process before it has the answer. */
const LATE = { kind: 'slow', delayMs: 1_500 } as const;

/** What a test sees of one run. */
interface World {
  simulator: Simulator;
  ada: GraphQLClient;
  /** Of the AI task. */
  id: string;
  taskId: string;
}

interface Step {
  /** Sets a fault before the run starts, so that the step is not over when it is killed. */
  delay(simulator: Simulator): void;
  /** Resolves in the middle of the step. */
  reached(world: World): Promise<unknown>;
  /** Creates that the upstream has received in the end. */
  creates: number;
}

const running = ({ ada }: World) =>
  until(
    () => listRunOf(ada, 'list'),
    ({ runs: [run] }) => run?.status === 'RUNNING',
  );

const STEPS: Record<string, Step> = {
  'its claim was made, without an answer': {
    delay: ({ faults }) => void faults.add({ ...LATE, match: { operation: 'updateTask' } }),
    reached: ({ simulator, id }) =>
      until(
        () => upstreamTask(simulator, id).status,
        (status) => status === 'in_progress',
      ),
    creates: 1,
  },
  'its intent was stored, and the create never arrived': {
    delay: ({ faults }) => void faults.add({ kind: 'hang', match: { path: CREATE } }),
    reached: ({ simulator }) =>
      until(
        () => simulator.calls.count(CREATE),
        (count) => count === 1,
      ),
    creates: 2,
  },
  'its deployment was made, without an answer': {
    delay: ({ faults }) => void faults.add({ ...LATE, match: { path: CREATE } }),
    reached: ({ simulator, taskId }) =>
      until(
        () => deploymentsOf(simulator, taskId),
        (made) => made.length === 1,
      ),
    creates: 1,
  },
  'its deployment was stored': { delay: () => undefined, reached: running, creates: 1 },
  'its end was written to the AI task, without an answer': {
    delay: () => undefined,
    async reached(world) {
      const { simulator, id, taskId } = world;
      await running(world);
      await until(
        () => upstreamTask(simulator, id).progressMessage,
        (message) => message?.endsWith('Running') === true,
      );
      simulator.faults.add({ ...LATE, match: { operation: 'updateTask' } });
      simulator.control.endDeployment(deploymentsOf(simulator, taskId)[0]?.deploymentId ?? '');
      await until(
        () => upstreamTask(simulator, id).status,
        (status) => status === 'completed',
      );
    },
    creates: 1,
  },
};

test.each(Object.entries(STEPS))(
  'a run killed when %s, goes on, deploys once and reports once',
  {
    timeout: 120_000,
  },
  async (_when, { delay, reached, creates }) => {
    await using folder = await temporaryFolder();
    const simulator = await startSimulator({ script: { endless: true } });
    await using _upstream = { [Symbol.asyncDispose]: simulator.close };
    await using booted = await startMortalList(simulator, folder.path);
    const { gateway, ada, taskId, id } = booted;
    const world = { simulator, ada, id, taskId };
    delay(simulator);
    await ada.ask(RUN_LIST, { id: 'list' });

    await reached(world);
    await gateway.kill();
    simulator.faults.clear();
    await gateway.alive();
    await until(
      () => deploymentsOf(simulator, taskId),
      (made) => made.length > 0,
    );
    const deploymentId = deploymentsOf(simulator, taskId)[0]?.deploymentId ?? '';
    if (upstreamTask(simulator, id).status !== 'completed') {
      await running(world);
      simulator.control.endDeployment(deploymentId);
    }

    expect(await endOfListRun(ada, 'list')).toMatchObject({
      status: 'COMPLETED',
      runs: [{ status: 'COMPLETED', deploymentId, reason: null }],
    });
    expect(deploymentsOf(simulator, taskId)).toHaveLength(1);
    expect(simulator.calls.count(CREATE)).toBe(creates);
    const told = (status: string) => updatesOf(simulator, id).filter((sent) => sent.status === status).length;
    expect([told('in_progress'), told('completed'), told('failed')]).toEqual([1, 1, 0]);
  },
);
