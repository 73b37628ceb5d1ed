import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { Clock } from '../../lib/clock.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { readEvents } from '../../store/deployments/events.ts';
import type { Store } from '../../store/store.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Connection, Connections, CredentialChoice } from '../common/connections.ts';
import { type DeploymentView, toFreshView, toStoredView } from './deployment-view.ts';

/** Where asking the upstream about deployments meets the log of what was seen of them. */
export interface DeploymentReader {
  /** The connection for a deployment: the named credential, the one that watches it, or the default one. */
  openFor(viewer: Viewer, id: string, credentialId?: string | null): Promise<Connection>;
  /** Reads a deployment upstream and records what was seen. @throws GatewayError `NOT_FOUND` */
  readFresh(connection: Connection, id: string): Promise<DeploymentView>;
  /** A look, or what was last seen while the upstream is out of reach. */
  readFreshOrCached(connection: Connection, id: string): Promise<DeploymentView>;
  /** What was last seen; null for what is not watched or was deleted. */
  readCached(ownerId: string, id: string): Promise<DeploymentView | null>;
  /** Takes a deployment that was made elsewhere into the log. */
  adopt(connection: Connection, seen: Deployment, reason: string | null): Promise<void>;
  /** Makes sure a deployment is in the log, and watched if it has not ended. */
  ensureTracked(connection: Connection, id: string): Promise<void>;
  /** The same for a subscriber; asks the upstream only about what is not known yet. */
  track(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<void>;
  /** Which of some deployments a request to the gateway made; it may have come to know others by being asked. */
  madeHere(ownerId: string, ids: string[]): Promise<Set<string>>;
  /** The same as `track` for the unfinished deployments of a task. */
  trackTask(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<{ credentialId: string }>;
}

export interface DeploymentReaderDeps {
  connections: Connections;
  writer: DeploymentWriter;
  store: Store;
  clock: Pick<Clock, 'now'>;
}

/** Failures after which the last state seen is a better answer than none. */
const OUTAGES = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_THROTTLED', 'UPSTREAM_BAD_RESPONSE'];

/** The reason of the first event of a deployment that was not made through the gateway. */
const MADE_ELSEWHERE = 'made elsewhere';

export function createDeploymentReader({
  connections,
  writer,
  store,
  clock,
}: DeploymentReaderDeps): DeploymentReader {
  /** Reads a deployment upstream and records what was seen. */
  const readFresh = async (connection: Connection, id: string): Promise<DeploymentView> => {
    const lookedAtMs = clock.now();
    try {
      const seen = await connection.call((client) => client.readDeployment(id));
      await writer.applyObserved(connection.ownerId, [seen], lookedAtMs);
      return toFreshView(seen, connection.credentialId, lookedAtMs);
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) await noteMissing(connection, id);
      throw error;
    }
  };

  /** A look, or what was last seen while the upstream is out of reach. */
  const readFreshOrCached = async (connection: Connection, id: string): Promise<DeploymentView> => {
    try {
      return await readFresh(connection, id);
    } catch (error) {
      const isOutage = isGatewayError(error) && OUTAGES.includes(error.code);
      const known = isOutage ? await readCached(connection.ownerId, id) : null;
      if (known === null) throw error;
      return { ...known, isStale: true };
    }
  };

  /** Only the credential that watches a deployment can tell that it is gone: others may just not see it. */
  const noteMissing = async ({ ownerId, credentialId }: Connection, id: string): Promise<void> => {
    const row = await findDeployment(store.db, ownerId, id);
    if (row?.credentialId === credentialId) await writer.markDeleted(ownerId, id);
  };

  const readCached = async (ownerId: string, id: string): Promise<DeploymentView | null> => {
    const row = await findDeployment(store.db, ownerId, id);
    return row === undefined || row.isDeleted ? null : toStoredView(row);
  };

  const adopt = (connection: Connection, seen: Deployment, reason: string | null) =>
    writer.track(
      {
        ownerId: connection.ownerId,
        credentialId: connection.credentialId,
        organizationId: null,
        guard: null,
        reason,
      },
      seen,
      clock.now(),
    );

  const ensureTracked = async (connection: Connection, id: string): Promise<void> => {
    if (await isTracked(connection.ownerId, id)) return;
    await adopt(connection, await connection.call((client) => client.readDeployment(id)), MADE_ELSEWHERE);
  };

  const isTracked = async (ownerId: string, id: string): Promise<boolean> => {
    const row = await findDeployment(store.db, ownerId, id);
    return row !== undefined && row.credentialId !== null && !row.isDeleted;
  };

  const openFor = async (viewer: Viewer, id: string, credentialId?: string | null): Promise<Connection> =>
    connections.open(viewer, credentialId ?? (await watchedWith(viewer, id)));

  /** A deployment is best asked about with the credential that watches it. */
  const watchedWith = async (viewer: Viewer, id: string): Promise<string | null> =>
    (await findDeployment(store.db, viewer.userId, id))?.credentialId ?? null;

  return {
    openFor,
    readFresh,
    readFreshOrCached,
    readCached,
    adopt,
    ensureTracked,

    async track(viewer, { id, credentialId }) {
      const row = await findDeployment(store.db, viewer.userId, id);
      // A deleted one has its whole story in the log; nobody need be asked, and a reader that was away gets it.
      if (row?.isDeleted || (row?.credentialId && credentialId == null)) return;
      try {
        await ensureTracked(await openFor(viewer, id, credentialId), id);
      } catch (error) {
        // What its lost credential saw is told first, whatever another one makes of it; then the subscription ends,
        // which says why.
        if (row === undefined || row.credentialId !== null || !isGatewayError(error)) throw error;
      }
    },

    async madeHere(ownerId, ids) {
      const births = await Promise.all(
        ids.map((deploymentId) => readEvents(store.db, ownerId, { deploymentId }, 0, 1)),
      );
      return new Set(
        births.flatMap(([birth]) =>
          birth === undefined || birth.reason === MADE_ELSEWHERE ? [] : [birth.deploymentId],
        ),
      );
    },

    async trackTask(viewer, { taskId, credentialId }) {
      const connection = await connections.open(viewer, credentialId);
      const all = await connection.call((client) => client.listDeployments(taskId));
      for (const one of all) if (!one.isTerminal) await adopt(connection, { ...one, taskId }, MADE_ELSEWHERE);
      return { credentialId: connection.credentialId };
    },
  };
}
