import { GatewayError, isGatewayError, notFound } from '../errors.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import { findCredential, findDefaultCredential, markFirstUse } from '../store/credentials.ts';
import type { CredentialRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import type { Viewer } from '../viewer.ts';
import { type Audit, doneBy } from './audit.ts';

/** A caller's way to QuantConnect: one of their credentials, opened for this one request. */
export interface Connection {
  ownerId: string;
  credentialId: string;
  /** The organization that serves when the caller names none. */
  organizationId: string | null;
  /** Makes one call, and remembers what it says about the credential. */
  call<T>(work: (client: QuantConnectClient) => Promise<T>): Promise<T>;
}

export interface Connections {
  /**
   * Opens the credential the caller names, or their default one.
   * @throws GatewayError `CREDENTIAL_MISSING`, or `NOT_FOUND` for a credential that is not theirs
   */
  open(viewer: Viewer, credentialId?: string | null): Promise<Connection>;
}

export interface ConnectionsDeps {
  store: Store;
  health: WatchHealth;
  audit: Audit;
  clock: { now(): number };
  clientOf(credential: CredentialRow): QuantConnectClient;
}

export const createConnections = ({
  store,
  health,
  audit,
  clock,
  clientOf,
}: ConnectionsDeps): Connections => ({
  async open(viewer, credentialId) {
    const credential = await pick(store, viewer, credentialId);
    const client = clientOf(credential);
    let { status, firstUsedAt } = credential;
    const noteUse = async (): Promise<void> => {
      if (firstUsedAt !== null) return;
      firstUsedAt = clock.now();
      if (!(await markFirstUse(store.db, credential.id, firstUsedAt))) return;
      const subjects = { credentialId: credential.id };
      await audit.record({ act: 'CREDENTIAL_FIRST_USE', ...doneBy(viewer), subjects });
    };
    return {
      ownerId: viewer.userId,
      credentialId: credential.id,
      organizationId: credential.organizationId,
      async call(work) {
        try {
          const result = await work(client);
          if (status !== 'VERIFIED') await health.credentialRestored(credential);
          status = 'VERIFIED';
          await noteUse();
          return result;
        } catch (error) {
          if (isGatewayError(error, 'CREDENTIAL_REJECTED') && status !== 'REJECTED') {
            await health.credentialRejected(credential);
            status = 'REJECTED';
          }
          throw error;
        }
      },
    };
  },
});

const pick = async (
  store: Store,
  viewer: Viewer,
  credentialId: string | null | undefined,
): Promise<CredentialRow> => {
  if (credentialId == null) {
    const credential = await findDefaultCredential(store.db, viewer.userId, 'QUANTCONNECT');
    if (credential !== undefined) return credential;
    throw new GatewayError('CREDENTIAL_MISSING', 'No QuantConnect credential is stored');
  }
  const credential = await findCredential(store.db, viewer.userId, credentialId);
  if (credential?.provider === 'QUANTCONNECT') return credential;
  throw notFound('Credential');
};
