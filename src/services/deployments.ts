import { isGatewayError } from '../errors.ts';
import type { Journal } from '../events/journal.ts';
import { findDeployment, findDeployments } from '../store/deployments.ts';
import type { Store } from '../store/store.ts';
import type { Deployment } from '../upstream/quantconnect/model.ts';
import type { Viewer } from '../viewer.ts';
import type { CredentialChoice } from './agents.ts';
import type { Connection, Connections } from './connections.ts';
import { type DeploymentView, freshView, storedView } from './deployment-view.ts';
import { checkGuard, type GuardInput } from './guard-input.ts';
import type { Idempotency } from './idempotency.ts';
import {
  checkInput,
  isDeploymentId,
  isNumericId,
  knownShape,
  refusedOrMissing,
  requireText,
} from './input.ts';
import { newestSince } from './trace.ts';

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
  /** Makes sure a deployment is known to the log; one made elsewhere is watched from here on. */
  track(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<void>;
  /** The same for the unfinished deployments of a task. */
  trackTask(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<{ credentialId: string }>;
}

export interface DeploymentsDeps {
  connections: Connections;
  idempotency: Idempotency;
  journal: Journal;
  store: Store;
  clock: { now(): number };
}

/** Failures after which the last state seen is a better answer than none. */
const OUTAGES = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_THROTTLED', 'UPSTREAM_BAD_RESPONSE'];

export const createDeployments = (deps: DeploymentsDeps): Deployments => {
  const { connections, idempotency, journal, store, clock } = deps;

  /** Reads a deployment upstream and records what was seen. */
  const look = async (connection: Connection, id: string): Promise<DeploymentView> => {
    const lookedAtMs = clock.now();
    try {
      const seen = await connection.call((client) => client.readDeployment(id));
      await journal.observe(connection.ownerId, [seen], lookedAtMs);
      return freshView(seen, connection.credentialId, lookedAtMs);
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) await noteMissing(connection, id);
      throw error;
    }
  };

  /** A look, or what was last seen while the upstream is out of reach. */
  const lookOrRecall = async (connection: Connection, id: string): Promise<DeploymentView> => {
    try {
      return await look(connection, id);
    } catch (error) {
      const isOutage = isGatewayError(error) && OUTAGES.includes(error.code);
      const known = isOutage ? await lastSeen(connection.ownerId, id) : null;
      if (known === null) throw error;
      return { ...known, isStale: true };
    }
  };

  /** Only the credential that watches a deployment can tell that it is gone: others may just not see it. */
  const noteMissing = async ({ ownerId, credentialId }: Connection, id: string): Promise<void> => {
    const row = await findDeployment(store.db, ownerId, id);
    if (row?.credentialId === credentialId) await journal.deleted(ownerId, id);
  };

  const lastSeen = async (ownerId: string, id: string): Promise<DeploymentView | null> => {
    const row = await findDeployment(store.db, ownerId, id);
    return row === undefined || row.isDeleted ? null : storedView(row);
  };

  const adopt = (
    connection: Connection,
    seen: Deployment,
    reason: string | null,
    guard: string | null = null,
  ) =>
    journal.adopt(
      {
        ownerId: connection.ownerId,
        credentialId: connection.credentialId,
        organizationId: null,
        guard,
        reason,
      },
      seen,
      clock.now(),
    );

  const ensureTracked = async (connection: Connection, id: string): Promise<void> => {
    const row = await findDeployment(store.db, connection.ownerId, id);
    if (row !== undefined && row.credentialId !== null && !row.isDeleted) return;
    await adopt(connection, await connection.call((client) => client.readDeployment(id)), 'made elsewhere');
  };

  const openFor = async (viewer: Viewer, id: string, credentialId?: string | null): Promise<Connection> => {
    const connection = await connections.open(viewer, credentialId ?? (await watchedWith(viewer, id)));
    knownShape(isDeploymentId(id), 'Deployment');
    return connection;
  };

  /** A deployment is best asked about with the credential that watches it. */
  const watchedWith = async (viewer: Viewer, id: string): Promise<string | null> =>
    (await findDeployment(store.db, viewer.userId, id))?.credentialId ?? null;

  return {
    async list(viewer, { taskId, credentialId }) {
      const connection = await connections.open(viewer, credentialId);
      knownShape(isNumericId(taskId), 'Task');
      const lookedAtMs = clock.now();
      const seen = await connection.call((client) => client.listDeployments(taskId));
      await journal.observe(viewer.userId, seen, lookedAtMs);
      return seen.map((one) => freshView(one, connection.credentialId, lookedAtMs));
    },

    get: async (viewer, { id, credentialId }) => lookOrRecall(await openFor(viewer, id, credentialId), id),

    lastSeen: (viewer, id) => lastSeen(viewer.userId, id),

    async deploy(viewer, { taskId, guard, idempotencyKey, credentialId }) {
      const connection = await connections.open(viewer, credentialId);
      checkGuard(guard);
      knownShape(isNumericId(taskId), 'Task');
      const created = await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'deployTask',
          key: idempotencyKey,
          input: [taskId, guard ?? null, connection.credentialId],
        },
        {
          run: () =>
            refusedOrMissing(
              connection.call((client) => client.createDeployment(taskId)),
              () => connection.call((client) => client.readTask(taskId)),
            ),
          trace: async (sinceMs) => {
            const all = await connection.call((client) => client.listDeployments(taskId));
            // What is in the log already was answered for by another request.
            const known = await findDeployments(
              store.db,
              viewer.userId,
              all.map((one) => one.id),
            );
            const answered = new Set(known.map((row) => row.id));
            return newestSince(
              all.filter((one) => !answered.has(one.id)),
              sinceMs,
            );
          },
        },
      );
      await adopt(connection, { ...created, taskId }, null, guard ? JSON.stringify(guard) : null);
      return (
        (await lastSeen(viewer.userId, created.id)) ??
        freshView(created, connection.credentialId, clock.now())
      );
    },

    async prompt(viewer, { id, prompt, idempotencyKey, credentialId }) {
      const connection = await openFor(viewer, id, credentialId);
      checkInput([requireText(prompt, 'prompt')]);
      await ensureTracked(connection, id);
      await idempotency.once(
        {
          ownerId: viewer.userId,
          operation: 'promptDeployment',
          key: idempotencyKey,
          input: [id, prompt, connection.credentialId],
        },
        {
          run: async () => {
            await refusedOrMissing(
              connection.call((client) => client.promptDeployment(id, prompt)),
              () => connection.call((client) => client.readDeployment(id)),
            );
            await journal.prompted(viewer.userId, id);
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
              sinceMs,
            );
            if (found === undefined) return undefined;
            await journal.prompted(viewer.userId, id);
            return id;
          },
        },
      );
      return lookOrRecall(connection, id);
    },

    async stop(viewer, { id, credentialId }) {
      const connection = await openFor(viewer, id, credentialId);
      await refusedOrMissing(
        connection.call((client) => client.stopDeployment(id)),
        () => connection.call((client) => client.readDeployment(id)),
      );
      const view = await look(connection, id);
      if (!view.isTerminal) await journal.reconsider(viewer.userId, id);
      return view;
    },

    async remove(viewer, { id, credentialId }) {
      const connection = await openFor(viewer, id, credentialId);
      await refusedOrMissing(
        connection.call((client) => client.deleteDeployment(id)),
        () => look(connection, id),
      );
      await journal.deleted(viewer.userId, id);
      return id;
    },

    async track(viewer, { id, credentialId }) {
      const row = await findDeployment(store.db, viewer.userId, id);
      const isKnown = row !== undefined && row.credentialId !== null && !row.isDeleted;
      if (isKnown && credentialId == null) return;
      await ensureTracked(await openFor(viewer, id, credentialId), id);
    },

    async trackTask(viewer, { taskId, credentialId }) {
      const connection = await connections.open(viewer, credentialId);
      knownShape(isNumericId(taskId), 'Task');
      const all = await connection.call((client) => client.listDeployments(taskId));
      for (const one of all)
        if (!one.isTerminal) await adopt(connection, { ...one, taskId }, 'made elsewhere');
      return { credentialId: connection.credentialId };
    },
  };
};
