import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { Clock } from '../../lib/clock.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import { findDeployment, findDeployments } from '../../store/deployments/deployments.ts';
import { readEvents } from '../../store/deployments/events.ts';
import { withSeenAt } from '../../store/deployments/polled.ts';
import { newestRevision } from '../../store/revisions.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import type { Viewer } from '../../viewer.ts';
import type { Connection, Connections, CredentialChoice } from '../common/connections.ts';
import { type DeploymentView, toFreshView, toStoredView } from './deployment-view.ts';

/**
 * Reads deployments, from the upstream or from the store. A tracked deployment has a row in the store and events in the
 * log, and is watched until it has ended.
 */
export interface DeploymentReader {
  /** Opens a connection for a deployment: with the named credential, else the one that watches it, else the default. */
  openFor(viewer: Viewer, id: string, credentialId?: string | null): Promise<Connection>;
  /** Reads a deployment upstream and stores what has changed. @throws GatewayError `NOT_FOUND` */
  readFresh(connection: Connection, id: string): Promise<DeploymentView>;
  /** Like `readFresh`; while the upstream cannot be reached, the stored state with `isStale`, if there is one. */
  readFreshOrCached(connection: Connection, id: string): Promise<DeploymentView>;
  /** The stored state; null if the deployment is not tracked or was deleted. */
  readCached(ownerId: string, id: string): Promise<DeploymentView | null>;
  /**
   * The beginning of a read of several of the owner's deployments. To be called right before the read. Reads that begin
   * together share one look into the store: an earlier revision only makes them more careful.
   */
  beginList(ownerId: string): Promise<ReadStart>;
  /** The rows of those deployments that were stored when the read began, by id. */
  storedRows(
    ownerId: string,
    deployments: readonly Deployment[],
    start: ReadStart,
  ): Promise<ReadonlyMap<string, DeploymentRow>>;
  /**
   * Tracks a deployment if it is not tracked yet.
   * @throws GatewayError `NOT_FOUND`; `RATE_LIMITED` beyond the share of watches
   */
  ensureTracked(connection: Connection, id: string): Promise<void>;
  /** `ensureTracked` for a subscriber. Calls the upstream only if the stored row is not enough. */
  trackDeployment(viewer: Viewer, input: CredentialChoice & { id: string }): Promise<void>;
  /** Tracks the unfinished deployments of a task. @returns the credential that watches them */
  trackTask(viewer: Viewer, input: CredentialChoice & { taskId: string }): Promise<{ credentialId: string }>;
  /** Those of the deployments that were created through the gateway. It may track others, which clients asked for. */
  filterCreatedHere(ownerId: string, ids: readonly string[]): Promise<Set<string>>;
}

export interface DeploymentReaderDeps {
  connections: Connections;
  writer: DeploymentWriter;
  store: Store;
  clock: Pick<Clock, 'now'>;
}

/** After these failures the stored state is a better answer than the error. */
const OUTAGES = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_THROTTLED', 'UPSTREAM_BAD_RESPONSE'];

/** Rows get revisions from 1 on: an owner whose newest revision is 0 has none. */
const NO_ROWS: ReadonlyMap<string, DeploymentRow> = new Map();

/** The `reason` of the event `CREATED` of a deployment that was not created through the gateway. */
const CREATED_ELSEWHERE = 'made elsewhere';

export function createDeploymentReader({
  connections,
  writer,
  store,
  clock,
}: DeploymentReaderDeps): DeploymentReader {
  const openFor: DeploymentReader['openFor'] = async (viewer, id, credentialId) => {
    if (credentialId != null) return connections.open(viewer, credentialId);
    const row = await findDeployment(store.db, viewer.userId, id);
    return connections.open(viewer, row?.credentialId ?? null);
  };

  const readFresh: DeploymentReader['readFresh'] = async (connection, id) => {
    const row = await findDeployment(store.db, connection.ownerId, id);
    const start = { atMs: clock.now(), revision: row?.revision ?? 0 };
    try {
      const deployment = await connection.call((client) => client.readDeployment(id, start));
      // Nothing was stored before the read: what another request has stored meanwhile is newer.
      if (row !== undefined) await writer.applyObserved(connection.ownerId, [deployment], start);
      return toFreshView(deployment, connection.credentialId, start.atMs, row);
    } catch (error) {
      if (isGatewayError(error, 'NOT_FOUND')) await markMissing(connection, id);
      throw error;
    }
  };

  /** Only the credential that watches a deployment proves that it was deleted: others may not have access to it. */
  const markMissing = async ({ ownerId, credentialId }: Connection, id: string): Promise<void> => {
    const row = await findDeployment(store.db, ownerId, id);
    if (row?.credentialId === credentialId) await writer.markDeleted(ownerId, id);
  };

  const readFreshOrCached: DeploymentReader['readFreshOrCached'] = async (connection, id) => {
    try {
      return await readFresh(connection, id);
    } catch (error) {
      const isOutage = isGatewayError(error) && OUTAGES.includes(error.code);
      const cached = isOutage ? await readCached(connection.ownerId, id) : null;
      if (cached === null) throw error;
      return { ...cached, isStale: true };
    }
  };

  const readCached: DeploymentReader['readCached'] = async (ownerId, id) => {
    const stored = await findDeployment(store.db, ownerId, id);
    if (stored === undefined || stored.isDeleted) return null;
    const [row = stored] = await withSeenAt(store.db, [stored]);
    return toStoredView(row);
  };

  const ensureTracked: DeploymentReader['ensureTracked'] = async (connection, id) => {
    const row = await findDeployment(store.db, connection.ownerId, id);
    const isTracked = row !== undefined && row.credentialId !== null && !row.isDeleted;
    if (isTracked) return;
    const start = { atMs: clock.now(), revision: row?.revision ?? 0 };
    await track(connection, await connection.call((client) => client.readDeployment(id, start)), start);
  };

  const track = (
    { ownerId, credentialId }: Connection,
    deployment: Deployment,
    start: ReadStart,
  ): Promise<void> =>
    writer.track(
      {
        ...{ ownerId, credentialId, organizationId: null, guard: null },
        reason: CREATED_ELSEWHERE,
        isMadeElsewhere: true,
      },
      deployment,
      start,
    );

  const looks = createSingleFlight();
  const beginList: DeploymentReader['beginList'] = async (ownerId) => ({
    atMs: clock.now(),
    revision: await looks.run(ownerId, '', () => newestRevision(store.db, 'deployments', ownerId)),
  });

  return {
    openFor,
    readFresh,
    readFreshOrCached,
    readCached,
    ensureTracked,
    beginList,

    async trackDeployment(viewer, { id, credentialId }) {
      const row = await findDeployment(store.db, viewer.userId, id);
      // The log holds all events of a deleted deployment, and a client that resumes reads them from there.
      if (row?.isDeleted || (row?.credentialId && credentialId == null)) return;
      try {
        await ensureTracked(await openFor(viewer, id, credentialId), id);
      } catch (error) {
        // The credential of a stored deployment was deleted and another cannot take over: the subscription still
        // delivers the stored events, and then fails with CREDENTIAL_MISSING.
        const hasLostCredential = row !== undefined && row.credentialId === null;
        if (!hasLostCredential || !isGatewayError(error)) throw error;
      }
    },

    async trackTask(viewer, { taskId, credentialId }) {
      const connection = await connections.open(viewer, credentialId);
      const start = await beginList(connection.ownerId);
      const { items } = await connection.call((client) => client.listDeployments(taskId, start));
      for (const deployment of items) {
        if (!deployment.isTerminal) await track(connection, { ...deployment, taskId }, start);
      }
      return { credentialId: connection.credentialId };
    },

    async storedRows(ownerId, deployments, start) {
      if (start.revision === 0) return NO_ROWS;
      const rows = await findDeployments(
        store.db,
        ownerId,
        deployments.map(({ id }) => id),
      );
      return new Map(rows.map((row) => [row.id, row]));
    },

    async filterCreatedHere(ownerId, ids) {
      const firstEvents = await Promise.all(
        ids.map((deploymentId) => readEvents(store.db, ownerId, { deploymentId }, 0, 1)),
      );
      return new Set(
        firstEvents.flatMap(([first]) =>
          first === undefined || first.reason === CREATED_ELSEWHERE ? [] : [first.deploymentId],
        ),
      );
    },
  };
}
