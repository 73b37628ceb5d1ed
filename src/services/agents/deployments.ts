import type { Journal } from '../../events/writers/deployments.ts';
import type { Viewer } from '../../viewer.ts';
import { authorise } from '../common/authorize.ts';
import type { Connections } from '../common/connections.ts';
import { newestSince, onlyOne, since } from '../common/find-outcome.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { checkInput, requireText } from '../common/input.ts';
import type { CredentialChoice } from './agents.ts';
import type { Tracking } from './deployment-reader.ts';
import { type DeploymentView, freshView } from './deployment-view.ts';
import { checkGuard, type GuardInput } from './guard-input.ts';

export type { DeploymentView } from './deployment-view.ts';

/** The caller's deployments. */
export interface Deployments {
  /** @throws GatewayError `NOT_FOUND` when there is no such task */
  list(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<DeploymentView[]>;
  /** As the upstream shows it now; while the upstream is out of reach, as it was last seen (`isStale`). */
  get(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<DeploymentView>;
  /** As it was last seen, without asking the upstream; null for one that is not watched or was deleted. */
  lastSeen(viewer: Viewer, id: string): Promise<DeploymentView | null>;
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
  tracking: Tracking;
  idempotency: Idempotency;
  journal: Journal;
  clock: { now(): number };
}

export function createDeployments(deps: DeploymentsDeps): Deployments {
  const { connections, tracking, idempotency, journal, clock } = deps;

  return {
    async list(viewer, { taskId, credentialId }) {
      authorise(viewer, 'read');
      const connection = await connections.open(viewer, credentialId);
      const lookedAtMs = clock.now();
      const seen = await connection.call((client) => client.listDeployments(taskId));
      await journal.observe(viewer.userId, seen, lookedAtMs);
      return seen.map((one) => freshView(one, connection.credentialId, lookedAtMs));
    },

    async get(viewer, { id, credentialId }) {
      authorise(viewer, 'read');
      return tracking.lookOrRecall(await tracking.openFor(viewer, id, credentialId), id);
    },

    async lastSeen(viewer, id) {
      authorise(viewer, 'read');
      return tracking.lastSeen(viewer.userId, id);
    },

    async deploy(viewer, { taskId, guard, idempotencyKey, credentialId }) {
      authorise(viewer, 'deploy');
      const connection = await connections.open(viewer, credentialId);
      checkGuard(guard);
      const made = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'deployTask',
          key: idempotencyKey,
          input: [taskId, guard ?? null, connection.credentialId],
        },
        {
          run: async () => {
            const seenAtMs = clock.now();
            return { ...(await connection.call((client) => client.createDeployment(taskId))), seenAtMs };
          },
          trace: async (sinceMs) => {
            const seenAtMs = clock.now();
            const all = await connection.call((client) => client.listDeployments(taskId));
            const recent = since(all, sinceMs());
            // Those were answered for by other requests.
            const answered = await tracking.madeHere(
              viewer.userId,
              recent.map((one) => one.id),
            );
            const found = onlyOne(recent.filter((one) => !answered.has(one.id)));
            return found && { ...found, seenAtMs };
          },
        },
      );
      // An old answer says how the deployment was when it was made, which is no news of how it is now.
      const { seenAtMs, ...deployment } = made;
      await journal.adopt(
        {
          ownerId: viewer.userId,
          credentialId: connection.credentialId,
          organizationId: null,
          guard: guard ? JSON.stringify(guard) : null,
          reason: null,
        },
        { ...deployment, taskId },
        seenAtMs,
      );
      return (
        (await tracking.lastSeen(viewer.userId, deployment.id)) ??
        freshView(deployment, connection.credentialId, seenAtMs)
      );
    },

    async prompt(viewer, { id, prompt, idempotencyKey, credentialId }) {
      authorise(viewer, 'deploy');
      const connection = await tracking.openFor(viewer, id, credentialId);
      checkInput([requireText(prompt, 'prompt')]);
      await tracking.ensureTracked(connection, id);
      await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'promptDeployment',
          key: idempotencyKey,
          input: [id, prompt, connection.credentialId],
        },
        {
          run: async () => {
            await connection.call((client) => client.promptDeployment(id, prompt));
            return id;
          },
          trace: async (sinceMs) => {
            const { messages } = await connection.call((client) => client.readConversation(id));
            const sent = messages.filter(
              ({ role, parts }) =>
                role === 'user' && parts.some((part) => part.kind === 'text' && part.text === prompt),
            );
            const found = newestSince(
              sent.map(({ time }) => ({ createdAt: time })),
              sinceMs(),
            );
            return found && id;
          },
          record: () => journal.prompted(viewer.userId, id),
        },
      );
      return tracking.lookOrRecall(connection, id);
    },

    async stop(viewer, { id, credentialId }) {
      authorise(viewer, 'deploy');
      const connection = await tracking.openFor(viewer, id, credentialId);
      await connection.call((client) => client.stopDeployment(id));
      const view = await tracking.look(connection, id);
      if (!view.isTerminal) await journal.reconsider(viewer.userId, id);
      return view;
    },

    async remove(viewer, { id, credentialId }) {
      authorise(viewer, 'deploy');
      const connection = await tracking.openFor(viewer, id, credentialId);
      await connection.call((client) => client.deleteDeployment(id));
      await journal.deleted(viewer.userId, id);
      return id;
    },
  };
}
