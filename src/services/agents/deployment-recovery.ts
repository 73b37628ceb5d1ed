import type { Guard } from '../../domain/deployment-guard.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { toJson } from '../../lib/json.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import type { Connection } from '../common/connections.ts';
import { hashText, type RecoverySteps } from '../common/idempotency.ts';
import type { DeploymentReader } from './deployment-reader.ts';

interface RecoveryDeps {
  reader: DeploymentReader;
  writer: DeploymentWriter;
}

/** What is stored of a deploy, to find and record its outcome without the caller. */
export interface DeployRequest {
  taskId: string;
  guard: Guard | null;
}

/** A deployment as the create, or the look for its outcome, has shown it. */
export type CreatedDeployment = Deployment & {
  /** When the create, or the look, began; ms since the epoch. */
  observedAtMs: number;
  /** `ReadStart.revision`; 0 for a create, before which nothing was stored of the deployment. @default 0 */
  revision?: number;
};

/** Deployments of the task that no request of the gateway is known to have created may be the outcome of a lost deploy. */
export function recoverDeployment(
  { reader, writer }: RecoveryDeps,
  connection: Connection,
  request: DeployRequest,
): RecoverySteps<CreatedDeployment> {
  const { ownerId } = connection;
  return {
    idOf: ({ id }) => id,
    async findCandidates() {
      const start = await reader.beginList(ownerId);
      const { items: deployments } = await connection.call((client) =>
        client.listDeployments(request.taskId, start),
      );
      const createdHere = await reader.filterCreatedHere(
        ownerId,
        deployments.map(({ id }) => id),
      );
      return deployments
        .filter(({ id }) => !createdHere.has(id))
        .map((one) => ({
          id: one.id,
          createdAt: one.createdAt,
          outcome: { ...one, observedAtMs: start.atMs, revision: start.revision },
        }));
    },
    onSuccess: (created) => trackCreated(writer, connection, request, created),
  };
}

/** Stores and watches what a deploy has made. */
export function trackCreated(
  writer: DeploymentWriter,
  { ownerId, credentialId }: Connection,
  { taskId, guard }: DeployRequest,
  { observedAtMs, revision = 0, ...deployment }: CreatedDeployment,
): Promise<void> {
  return writer.track(
    {
      ...{ ownerId, credentialId, organizationId: null, reason: null },
      guard: guard === null ? null : toJson(guard),
    },
    { ...deployment, taskId },
    { atMs: observedAtMs, revision },
  );
}

/** What is stored of a prompt, to find and record its outcome without the caller. */
export interface PromptRequest {
  deploymentId: string;
  textHash: string;
}

/** The outcome of a prompt that was stored, to be sent when the run has ended. No id of a deployment is like it. */
export const QUEUED = 'queued';

/**
 * The user's messages with the text of a lost prompt may be its outcome. The answer to a prompt does not say which message
 * it became; those that were answered take the oldest messages.
 */
export function recoverPrompt(
  { writer }: Pick<RecoveryDeps, 'writer'>,
  connection: Connection,
  { deploymentId, textHash }: PromptRequest,
): RecoverySteps<string> {
  return {
    idOf: () => null,
    async findCandidates() {
      const { messages } = await connection.call((client) => client.readConversation(deploymentId));
      return messages
        .filter(
          ({ role, parts }) =>
            role === 'user' && parts.some((part) => part.kind === 'text' && hashText(part.text) === textHash),
        )
        .map(({ index, time }) => ({ id: String(index), createdAt: time, outcome: deploymentId }));
    },
    async onSuccess(outcome, noteOnce) {
      if (outcome !== QUEUED) await writer.markPrompted(connection.ownerId, deploymentId, noteOnce);
    },
  };
}
