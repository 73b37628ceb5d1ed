import type { AiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import type { AiTaskRunRow, CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { ReconcileResult } from '../reconcile.ts';

/** What every step of a run works with. */
export interface RunDeps {
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** Opens a QuantCDN credential. */
  aiTasksOf(credential: CredentialRow): QuantCdnClient;
  /** Opens a QuantConnect credential. */
  agentsOf(credential: CredentialRow): QuantConnectClient;
  /**
   * Deploys the task of a run in its owner's name; however often it is called for one run, it deploys once.
   * @returns the id of the deployment
   */
  deploy(run: AiTaskRunRow & { taskId: string }): Promise<string>;
  /** Where what is done is written, for as long as the lease is held. */
  writerUnder(lease: Lease): AiTaskRunWriter;
}

/** The same for one look at one run. */
export interface RunContext extends RunDeps {
  aiTasks: QuantCdnClient;
  writer: AiTaskRunWriter;
}

/** A step of a run: undefined when the run has come further, or when to look at it again. */
export type Step = (context: RunContext, run: AiTaskRunRow) => Promise<ReconcileResult | undefined>;
