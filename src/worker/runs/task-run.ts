import type { AiTaskRunState } from '../../domain/ai-task-run.ts';
import { findTaskRun } from '../../store/ai-tasks/task-runs.ts';
import type { Reconciler } from '../reconcile.ts';
import { claim } from './claim.ts';
import { deploy } from './deploy.ts';
import { finish } from './finish.ts';
import { followDeployment } from './follow-deployment.ts';
import type { RunDeps, Step } from './step.ts';

/** The step that is due in each state that is not final. */
const STEPS: Record<Exclude<AiTaskRunState, 'COMPLETED' | 'FAILED'>, Step> = {
  STARTING: claim,
  DEPLOYING: deploy,
  RUNNING: followDeployment,
  FINISHING: finish,
};

/** Runs of AI tasks. A poll does one step after the other, until one has to wait or the run has ended. */
export function createTaskRunReconciler(deps: RunDeps): Reconciler {
  return {
    isNeeded: async (tx, { ownerId, scope }) => (await findTaskRun(tx, ownerId, scope))?.endedAt === null,

    async reconcile(lease, credential) {
      const context = { ...deps, aiTasks: deps.aiTasksOf(credential), writer: deps.writerUnder(lease) };
      for (;;) {
        const run = await findTaskRun(deps.store.db, lease.ownerId, lease.scope);
        if (run === undefined || run.state === 'COMPLETED' || run.state === 'FAILED') return undefined;
        const result = await STEPS[run.state](context, run);
        if (result !== undefined) return result;
      }
    },
  };
}
