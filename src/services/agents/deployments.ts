import type { BudgetSubject } from '../../domain/budget.ts';
import { assertBudget } from '../../events/writers/budget-check.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { PromptWriter } from '../../events/writers/prompts.ts';
import { assertWatchShare } from '../../events/writers/watch-share.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import type { Store } from '../../store/store.ts';
import type { Listing } from '../../upstream/fields/read.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize, authorizeDeployment } from '../common/authorize.ts';
import type { Connections, CredentialChoice } from '../common/connections.ts';
import { type Idempotency, turnKeyOf } from '../common/idempotency.ts';
import { type Paged, type PageRequest, pagerOf } from '../common/page.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import { type DeployRequest, recoverDeployment, trackCreated } from './deployment-recovery.ts';
import { type RemovalRequest, removeDeployment } from './deployment-removal.ts';
import { type DeploymentView, NOTHING_READ, toFreshView } from './deployment-view.ts';
import { type GuardInput, toGuard } from './guard.ts';
import { createPrompt, type PromptInput } from './prompts.ts';

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
  /**
   * @param input.beforeSend runs right before the create is sent; a `GatewayError` that it throws refuses the request
   * @param input.list the list and the list run that it is made for
   * @throws GatewayError `BUDGET_EXCEEDED`
   */
  deploy(
    viewer: Viewer,
    input: CredentialChoice & {
      taskId: string;
      guard?: GuardInput | null;
      idempotencyKey?: string | null;
      beforeSend?: () => Promise<void>;
      list?: Pick<BudgetSubject, 'taskListId' | 'listRunId'>;
    },
  ): Promise<DeploymentView>;
  /** @throws GatewayError `CONFLICT` with `onBusy: 'reject'` while the agent works */
  prompt(viewer: Viewer, input: PromptInput): Promise<DeploymentView>;
  /** Stops the run, and cancels the prompts that wait for its end. */
  stop(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  /** Deletes it upstream, and erases what was said in it. @throws GatewayError `NOT_FOUND` */
  remove(viewer: Viewer, input: RemovalRequest): Promise<string>;
}

/** Why the gateway stops what it has made a second time; the word before the colon is its end reason. */
const MADE_TWICE = 'madeTwice: another process of the gateway had made the deployment of this request';

export interface DeploymentsDeps {
  store: Pick<Store, 'db' | 'time' | 'transaction'>;
  connections: Connections;
  reader: DeploymentReader;
  idempotency: Idempotency;
  writer: DeploymentWriter;
  prompts: PromptWriter;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  random: Pick<Random, 'uuid'>;
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
      const rows = await reader.storedRows(viewer.userId, observed.items, start);
      // What is not stored cannot have changed: most lists need no transaction.
      if (rows.size > 0) await writer.applyObserved(viewer.userId, observed.items, start);
      const { nodes, pageInfo } = toPage(observed.items);
      const items = nodes.map((one) =>
        toFreshView(one, connection.credentialId, start.atMs, rows.get(one.id)),
      );
      return { ...observed, items, pageInfo };
    },

    async get(viewer, { id, credentialId }) {
      authorizeDeployment(viewer, id);
      return reader.readFreshOrCached(await reader.openFor(viewer, id, credentialId), id);
    },

    async getCached(viewer, id) {
      authorizeDeployment(viewer, id);
      return reader.readCached(viewer.userId, id);
    },

    async deploy(viewer, { taskId, guard, idempotencyKey, credentialId, beforeSend, list }) {
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
          async checkShare() {
            await assertShare(viewer.userId);
            const { taskListId = null, listRunId = null } = list ?? {};
            await assertBudget(deps, viewer.userId, { taskId, taskListId, listRunId });
          },
          async send() {
            const startedAtMs = clock.now();
            const created = await connection.call((client) => client.createDeployment(taskId));
            return { ...created, observedAtMs: startedAtMs, revision: 0 };
          },
          async undo(second) {
            await trackCreated(writer, connection, request, second);
            await writer.markGuardTripped(viewer.userId, second.id, MADE_TWICE);
            await writer.pollSoon(viewer.userId, second.id);
          },
          ...recoverDeployment(deps, connection, request),
        },
      );
      return (
        (await reader.readCached(viewer.userId, deployment.id)) ??
        toFreshView({ ...NOTHING_READ, ...deployment }, connection.credentialId, observedAtMs, undefined)
      );
    },

    prompt: createPrompt({ ...deps, newId: () => deps.random.uuid(), assertShare }),

    async stop(viewer, { id, credentialId }) {
      authorize(viewer, 'deploy');
      const connection = await reader.openFor(viewer, id, credentialId);
      await writer.markStopAsked(viewer.userId, id);
      await deps.prompts.cancel(viewer.userId, id);
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
