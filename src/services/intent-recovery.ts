import { findPrincipal } from '../store/identity/users.ts';
import type { IntentRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';
import { gatewayOnBehalfOf, type Viewer } from '../viewer.ts';
import { type AgentCreation, recoverAgent } from './agents/agents.ts';
import {
  type DeployRequest,
  type PromptRequest,
  recoverDeployment,
  recoverPrompt,
} from './agents/deployment-recovery.ts';
import type { DeploymentsDeps } from './agents/deployments.ts';
import { recoverTask, type TaskCreation } from './agents/tasks.ts';
import { type AiTaskCreation, recoverAiTask } from './ai-tasks/creation.ts';
import type { Connection, Connections, QuantCdnConnections } from './common/connections.ts';
import type { Idempotency, Recovered, RecoverySteps } from './common/idempotency.ts';

/** Finishes a request whose caller may never come back. @throws GatewayError as the upstream does */
export type RecoverIntent = (intent: IntentRow) => Promise<Recovered>;

export interface IntentRecoveryDeps extends Pick<DeploymentsDeps, 'reader' | 'writer' | 'clock'> {
  store: Store;
  connections: Connections;
  idempotency: Idempotency;
  aiConnections: QuantCdnConnections;
  aiIdempotency: Idempotency;
}

/** How each operation that an upstream carries out is recovered, from what its intent holds, in its owner's name. */
export function createIntentRecovery(deps: IntentRecoveryDeps): RecoverIntent {
  const ofQuantConnect =
    <Request>(stepsOf: (connection: Connection, request: Request) => RecoverySteps<unknown>) =>
    async (viewer: Viewer, intent: IntentRow): Promise<Recovered> => {
      const connection = await deps.connections.open(viewer, intent.credentialId);
      return deps.idempotency.recover(intent, stepsOf(connection, requestOf<Request>(intent)));
    };

  const operations: Record<string, (viewer: Viewer, intent: IntentRow) => Promise<Recovered>> = {
    createAgent: ofQuantConnect<AgentCreation>(recoverAgent),
    createTask: ofQuantConnect<TaskCreation>(recoverTask),
    deployTask: ofQuantConnect<DeployRequest>((...of) => recoverDeployment(deps, ...of)),
    promptDeployment: ofQuantConnect<PromptRequest>((...of) => recoverPrompt(deps, ...of)),
    async createAiTask(viewer, intent) {
      const connection = await deps.aiConnections.open(viewer, intent.credentialId);
      return deps.aiIdempotency.recover(intent, recoverAiTask(connection, requestOf<AiTaskCreation>(intent)));
    },
  };

  return async (intent) => {
    const recover = operations[intent.operation];
    if (recover === undefined) throw new Error(`No recovery of the operation ${intent.operation}`);
    const owner = await findPrincipal(deps.store.db, intent.ownerId);
    return recover(gatewayOnBehalfOf({ id: intent.ownerId, name: owner?.name ?? '' }), intent);
  };
}

/** What the operation has stored in its intent. */
function requestOf<Request>({ request }: IntentRow): Request {
  return JSON.parse(request ?? '{}') as Request;
}
