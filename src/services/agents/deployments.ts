import type { Guard } from '../../domain/deployment-guard.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { assertWatchShare } from '../../events/writers/watch-share.ts';
import type { Clock } from '../../lib/clock.ts';
import { toJson } from '../../lib/json.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { Store } from '../../store/store.ts';
import type { Listing } from '../../upstream/fields/read.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { Connection, Connections, CredentialChoice } from '../common/connections.ts';
import { hashText, type Idempotency, type RecoverySteps, turnKeyOf } from '../common/idempotency.ts';
import { assertValid, checkText } from '../common/input.ts';
import { type Paged, type PageRequest, pagerOf } from '../common/page.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import { type RemovalRequest, removeDeployment } from './deployment-removal.ts';
import { type DeploymentView, toFreshView } from './deployment-view.ts';
import { type GuardInput, toGuard } from './guard.ts';

export type { DeploymentView } from './deployment-view.ts';

/** The caller's deployments. */
export interface Deployments {
  /** @throws GatewayError `NOT_FOUND` when there is no such task */
  list(
    viewer: Viewer,
    input: CredentialChoice & PageRequest & { taskId: string },
  ): Promise<Paged<Listing<DeploymentView>>>;
  /** Reads it upstream; while the upstream cannot be reached, returns the stored state with `isStale`. */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  /** The stored state, without an upstream call; null if the deployment is not tracked or was deleted. */
  getCached(viewer: Viewer, id: string): Promise<DeploymentView | null>;
  /** @param input.beforeSend runs right before the create is sent; a `GatewayError` that it throws refuses the request */
  deploy(
    viewer: Viewer,
    input: CredentialChoice & {
      taskId: string;
      guard?: GuardInput | null;
      idempotencyKey?: string | null;
      beforeSend?: () => Promise<void>;
    },
  ): Promise<DeploymentView>;
  prompt(
    viewer: Viewer,
    input: CredentialChoice & { id: string; prompt: string; idempotencyKey?: string | null },
  ): Promise<DeploymentView>;
  stop(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  /** Deletes it upstream, and erases what was said in it. @throws GatewayError `NOT_FOUND` */
  remove(viewer: Viewer, input: RemovalRequest): Promise<string>;
}

export interface DeploymentsDeps {
  store: Pick<Store, 'db' | 'transaction'>;
  connections: Connections;
  reader: DeploymentReader;
  idempotency: Idempotency;
  writer: DeploymentWriter;
  clock: Pick<Clock, 'now'>;
  /** What is watched for one owner at most. */
  maxWatchesPerUser: number;
}

export function createDeployments(deps: DeploymentsDeps): Deployments {
  const { store, connections, reader, idempotency, writer, clock } = deps;

  /**
   * To be called right before a request is sent, whose intent is counted by then: what it makes is never lost, so it is
   * refused before.
   * @throws GatewayError `RATE_LIMITED` when the owner's share of watches is used up
   */
  const assertShare = (ownerId: string): Promise<void> =>
    store.transaction(ownerId, (tx) => assertWatchShare(tx, ownerId, deps.maxWatchesPerUser, 0));

  return {
    async list(viewer, { taskId, credentialId, ...page }) {
      authorize(viewer, 'read');
      const toPage = pagerOf(page);
      const connection = await connections.open(viewer, credentialId);
      const start = await reader.beginList(viewer.userId);
      const observed = await connection.call((client) => client.listDeployments(taskId, start));
      await writer.applyObserved(viewer.userId, observed.items, start);
      const { nodes, pageInfo } = toPage(observed.items);
      const rows = await reader.rowsOfStopped(viewer.userId, nodes);
      const items = nodes.map((one) =>
        toFreshView(one, connection.credentialId, start.atMs, rows.get(one.id)),
      );
      return { ...observed, items, pageInfo };
    },

    async get(viewer, { id, credentialId }) {
      authorize(viewer, 'read');
      return reader.readFreshOrCached(await reader.openFor(viewer, id, credentialId), id);
    },

    async getCached(viewer, id) {
      authorize(viewer, 'read');
      return reader.readCached(viewer.userId, id);
    },

    async deploy(viewer, { taskId, guard, idempotencyKey, credentialId, beforeSend }) {
      authorize(viewer, 'deploy');
      const connection = await connections.open(viewer, credentialId);
      const request: DeployRequest = { taskId, guard: toGuard(guard) };
      const {
        observedAtMs,
        revision: _,
        ...deployment
      } = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'deployTask',
          key: idempotencyKey,
          input: [taskId, request.guard, connection.credentialId],
          credentialId: connection.credentialId,
          turnKey: turnKeyOf(connection, 'deployment', taskId),
          recovery: request,
        },
        {
          check: async () => beforeSend?.(),
          checkShare: () => assertShare(viewer.userId),
          async send() {
            const startedAtMs = clock.now();
            const created = await connection.call((client) => client.createDeployment(taskId));
            return { ...created, observedAtMs: startedAtMs, revision: 0 };
          },
          ...recoverDeployment(deps, connection, request),
        },
      );
      return (
        (await reader.readCached(viewer.userId, deployment.id)) ??
        toFreshView(deployment, connection.credentialId, observedAtMs, undefined)
      );
    },

    async prompt(viewer, { id, prompt, idempotencyKey, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      assertValid([checkText(prompt, 'prompt')]);
      await reader.ensureTracked(connection, id);
      const request: PromptRequest = { deploymentId: id, textHash: hashText(prompt) };
      await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'promptDeployment',
          key: idempotencyKey,
          input: [id, prompt, connection.credentialId],
          credentialId: connection.credentialId,
          turnKey: turnKeyOf(connection, 'prompt', id, request.textHash),
          recovery: request,
        },
        {
          async checkShare() {
            // A finished deployment is watched again.
            if ((await findDeployment(store.db, viewer.userId, id))?.isWatched !== 1)
              await assertShare(viewer.userId);
          },
          async send() {
            await connection.call((client) => client.promptDeployment(id, prompt));
            return id;
          },
          ...recoverPrompt(deps, connection, request),
        },
      );
      return reader.readFreshOrCached(connection, id);
    },

    async stop(viewer, { id, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      await writer.markStopAsked(viewer.userId, id);
      await connection.call((client) => client.stopDeployment(id));
      // The stop was sent, also where the upstream throttles the read that follows.
      const view = await reader.readFreshOrCached(connection, id);
      if (!view.isTerminal) await writer.pollSoon(viewer.userId, id);
      return view;
    },

    async remove(viewer, request) {
      authorize(viewer, 'deploy');
      await removeDeployment(deps, viewer, request);
      return request.id;
    },
  };
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
  { reader, writer }: Pick<DeploymentsDeps, 'reader' | 'writer'>,
  connection: Connection,
  { taskId, guard }: DeployRequest,
): RecoverySteps<CreatedDeployment> {
  const { ownerId, credentialId } = connection;
  return {
    idOf: ({ id }) => id,
    async findCandidates() {
      const start = await reader.beginList(ownerId);
      const { items: deployments } = await connection.call((client) => client.listDeployments(taskId, start));
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
    onSuccess: ({ observedAtMs, revision = 0, ...deployment }) =>
      writer.track(
        {
          ...{ ownerId, credentialId, organizationId: null, reason: null },
          guard: guard === null ? null : toJson(guard),
        },
        { ...deployment, taskId },
        { atMs: observedAtMs, revision },
      ),
  };
}

/** What is stored of a prompt, to find and record its outcome without the caller. */
export interface PromptRequest {
  deploymentId: string;
  textHash: string;
}

/**
 * The user's messages with the text of a lost prompt may be its outcome. The answer to a prompt does not say which message
 * it became; those that were answered take the oldest messages.
 */
export function recoverPrompt(
  { writer }: Pick<DeploymentsDeps, 'writer'>,
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
    onSuccess: (_id, noteOnce) => writer.markPrompted(connection.ownerId, deploymentId, noteOnce),
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
