import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import type { AiTaskRunRow, CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { ReconcileResult } from '../reconcile.ts';

export type AiTaskClient = Pick<QuantCdnClient, 'readTask' | 'readTaskToChange' | 'updateTask'>;

export interface RunDeps {
  store: Store;
  clock: Pick<Clock, 'evenMs'>;
  /** Opens a QuantCDN credential. */
  aiTasksOf(credential: CredentialRow): AiTaskClient;
  /** Opens a QuantConnect credential. */
  agentsOf(credential: CredentialRow): Pick<QuantConnectClient, 'readConversation'>;
  /** False while the outcome of another deploy of the task is open. */
  isTurnFree(run: AiTaskRunRow & { taskId: string }): Promise<boolean>;
  /**
   * Deploys the task of a run on behalf of its owner. Repeated calls for one run deploy once.
   * @param beforeSend runs right before the create is sent; a `GatewayError` that it throws refuses the request
   * @returns the id of the deployment
   */
  deploy(run: AiTaskRunRow & { taskId: string }, beforeSend: () => Promise<void>): Promise<string>;
  /** Stops the deployment of a run on behalf of its owner. Repeated calls change nothing more. */
  stop(run: AiTaskRunRow & { deploymentId: string }): Promise<void>;
  /** The writer for the holder of the lease. */
  writerUnder(lease: Lease): AiTaskRunWriter;
}

/** What a step works with: the dependencies, opened for one poll of one run. */
export interface RunContext extends RunDeps {
  aiTasks: AiTaskClient;
  writer: AiTaskRunWriter;
}

/**
 * Does what is due in one state of a run. It can be done again after a crash at any point.
 * @returns undefined when the run has changed its state, so that the next step follows; else when to poll again
 * @throws GatewayError the upstream's failure
 * @throws LeaseLostError once another replica has taken over the run
 */
export type Step = (context: RunContext, run: AiTaskRunRow) => Promise<ReconcileResult | undefined>;
