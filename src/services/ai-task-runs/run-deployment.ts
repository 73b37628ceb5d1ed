import { UNKNOWN_OUTCOME_LIMIT_MS } from '../../domain/ai-task-run.ts';
import { parseGuard } from '../../domain/deployment-guard.ts';
import type { Clock } from '../../lib/clock.ts';
import { isTurnUndecided } from '../../store/coordination/intents.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import { findPrincipal } from '../../store/identity/users.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { gatewayOnBehalfOf, type Viewer } from '../../viewer.ts';
import type { Deployments } from '../agents/deployments.ts';
import { turnKeyOf } from '../common/idempotency.ts';

/** The deployment of a run, made and stopped as its owner would, with the gateway as the actor. */
export interface RunDeployment {
  /**
   * False while another deploy of the task by this upstream account is under way, or its outcome is unknown: a run claims its
   * AI task only when it can deploy it next.
   */
  isTurnFree(run: AiTaskRunRow & { taskId: string }): Promise<boolean>;
  /**
   * The id of the run is the idempotency key, so that repeated calls for one run deploy once.
   * @param beforeSend runs right before the create is sent; a `GatewayError` that it throws refuses the request
   * @returns the id of the deployment
   * @throws GatewayError as `Deployments.deploy` does
   */
  deploy(run: AiTaskRunRow & { taskId: string }, beforeSend: () => Promise<void>): Promise<string>;
  /** @throws GatewayError as `Deployments.stop` does */
  stop(run: AiTaskRunRow & { deploymentId: string }): Promise<void>;
}

export function createRunDeployment({
  store,
  clock,
  deployments,
}: {
  store: Store;
  clock: Pick<Clock, 'evenMs'>;
  deployments: Pick<Deployments, 'deploy' | 'stop'>;
}): RunDeployment {
  const viewerOf = async ({ ownerId }: AiTaskRunRow): Promise<Viewer> => {
    const owner = await findPrincipal(store.db, ownerId);
    return gatewayOnBehalfOf({ id: ownerId, name: owner?.name ?? '' });
  };

  return {
    async isTurnFree(run) {
      const credential = await findCredential(store.db, run.ownerId, run.agentCredentialId);
      // Without its credential the run ends when it deploys.
      if (credential === undefined) return true;
      const own = { ownerId: run.ownerId, operation: 'deployTask', key: run.id };
      return !(await isTurnUndecided(store.db, turnKeyOf(credential, 'deployment', run.taskId), own, {
        now: store.time(clock.evenMs()),
        since: store.time(clock.evenMs(), -UNKNOWN_OUTCOME_LIMIT_MS),
      }));
    },

    async deploy(run, beforeSend) {
      const { id } = await deployments.deploy(await viewerOf(run), {
        taskId: run.taskId,
        credentialId: run.agentCredentialId,
        guard: parseGuard(run.guard) ?? null,
        idempotencyKey: run.id,
        beforeSend,
        list: { taskListId: run.taskListId, listRunId: run.listRunId },
      });
      return id;
    },

    async stop(run) {
      const deployment = { id: run.deploymentId, credentialId: run.agentCredentialId };
      await deployments.stop(await viewerOf(run), deployment);
    },
  };
}
