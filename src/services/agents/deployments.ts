import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { Clock } from '../../lib/clock.ts';
import { toJson } from '../../lib/json.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { Connections, CredentialChoice } from '../common/connections.ts';
import { createdSince, onlyOne, onlyOneSince } from '../common/find-outcome.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertValid, checkPositive, checkText } from '../common/input.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import { type DeploymentView, toFreshView } from './deployment-view.ts';

export type { DeploymentView } from './deployment-view.ts';

/** Limits of a deployment; the gateway stops it when it exceeds one. */
export interface GuardInput {
  maxTokens?: number | null;
  maxDurationSeconds?: number | null;
  stopOnRuntimeError?: boolean | null;
}

/** The caller's deployments. */
export interface Deployments {
  /** @throws GatewayError `NOT_FOUND` when there is no such task */
  list(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<DeploymentView[]>;
  /** Reads it upstream; while the upstream cannot be reached, returns the stored state with `isStale`. */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  /** The stored state, without an upstream call; null if the deployment is not tracked or was deleted. */
  getCached(viewer: Viewer, id: string): Promise<DeploymentView | null>;
  deploy(
    viewer: Viewer,
    input: CredentialChoice & { taskId: string; guard?: GuardInput | null; idempotencyKey?: string | null },
  ): Promise<DeploymentView>;
  prompt(
    viewer: Viewer,
    input: CredentialChoice & { id: string; prompt: string; idempotencyKey?: string | null },
  ): Promise<DeploymentView>;
  stop(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  remove(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<string>;
}

export interface DeploymentsDeps {
  connections: Connections;
  reader: DeploymentReader;
  idempotency: Idempotency;
  writer: DeploymentWriter;
  clock: Pick<Clock, 'now'>;
}

export function createDeployments(deps: DeploymentsDeps): Deployments {
  const { connections, reader, idempotency, writer, clock } = deps;

  return {
    async list(viewer, { taskId, credentialId }) {
      authorize(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const observedAtMs = clock.now();
      const observed = await connection.call((client) => client.listDeployments(taskId));
      await writer.applyObserved(viewer.userId, observed, observedAtMs);
      return observed.map((one) => toFreshView(one, connection.credentialId, observedAtMs));
    },

    async get(viewer, { id, credentialId }) {
      authorize(viewer, 'read');
      return reader.readFreshOrCached(await reader.openFor(viewer, id, credentialId), id);
    },

    async getCached(viewer, id) {
      authorize(viewer, 'read');
      return reader.readCached(viewer.userId, id);
    },

    async deploy(viewer, { taskId, guard, idempotencyKey, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await connections.open(viewer, credentialId);
      assertGuard(guard);
      const created = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'deployTask',
          key: idempotencyKey,
          input: [taskId, guard ?? null, connection.credentialId],
        },
        {
          send: async () => {
            const seenAtMs = clock.now();
            return { ...(await connection.call((client) => client.createDeployment(taskId))), seenAtMs };
          },
          findOutcome: async (sinceMs) => {
            const seenAtMs = clock.now();
            const all = await connection.call((client) => client.listDeployments(taskId));
            const recent = createdSince(all, sinceMs());
            // Deployments that the gateway created already are the outcome of other requests.
            const createdHere = await reader.filterCreatedHere(
              viewer.userId,
              recent.map((one) => one.id),
            );
            const found = onlyOne(recent.filter((one) => !createdHere.has(one.id)));
            return found && { ...found, seenAtMs };
          },
        },
      );
      // The stored outcome of an earlier request shows the state at that time; `seenAtMs` keeps it from replacing newer state.
      const { seenAtMs, ...deployment } = created;
      await writer.track(
        {
          ownerId: viewer.userId,
          credentialId: connection.credentialId,
          organizationId: null,
          guard: guard ? toJson(guard) : null,
          reason: null,
        },
        { ...deployment, taskId },
        seenAtMs,
      );
      return (
        (await reader.readCached(viewer.userId, deployment.id)) ??
        toFreshView(deployment, connection.credentialId, seenAtMs)
      );
    },

    async prompt(viewer, { id, prompt, idempotencyKey, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      assertValid([checkText(prompt, 'prompt')]);
      await reader.ensureTracked(connection, id);
      await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'promptDeployment',
          key: idempotencyKey,
          input: [id, prompt, connection.credentialId],
        },
        {
          send: async () => {
            await connection.call((client) => client.promptDeployment(id, prompt));
            return id;
          },
          findOutcome: async (sinceMs) => {
            const { messages } = await connection.call((client) => client.readConversation(id));
            const sent = messages.filter(
              ({ role, parts }) =>
                role === 'user' && parts.some((part) => part.kind === 'text' && part.text === prompt),
            );
            const found = onlyOneSince(
              sent.map(({ time }) => ({ createdAt: time })),
              sinceMs(),
            );
            return found && id;
          },
          onSuccess: () => writer.markPrompted(viewer.userId, id),
        },
      );
      return reader.readFreshOrCached(connection, id);
    },

    async stop(viewer, { id, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      await connection.call((client) => client.stopDeployment(id));
      const view = await reader.readFresh(connection, id);
      if (!view.isTerminal) await writer.pollSoon(viewer.userId, id);
      return view;
    },

    async remove(viewer, { id, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      await connection.call((client) => client.deleteDeployment(id));
      await writer.markDeleted(viewer.userId, id);
      return id;
    },
  };
}

/** Adds the changes of `Deployments` to the audit log. */
export function auditDeployments(deployments: Deployments, audited: Audited): Deployments {
  return {
    ...deployments,
    deploy: audited('DEPLOYMENT_CREATE', deployments.deploy),
    prompt: audited('DEPLOYMENT_PROMPT', deployments.prompt),
    stop: audited('DEPLOYMENT_STOP', deployments.stop),
    remove: audited('DEPLOYMENT_DELETE', deployments.remove),
  };
}

/** @throws GatewayError `BAD_USER_INPUT` that names every wrong limit */
function assertGuard(guard: GuardInput | null | undefined): void {
  assertValid(
    (['maxTokens', 'maxDurationSeconds'] as const).map((limit) =>
      checkPositive(guard?.[limit], `guard.${limit}`),
    ),
  );
}
