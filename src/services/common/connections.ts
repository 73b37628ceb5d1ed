import type { RequestCalls } from '../../domain/upstream-call.ts';
import { badUserInput, GatewayError, isGatewayError, notFound } from '../../errors.ts';
import { type Bus, credentialStream } from '../../events/bus.ts';
import type { WatchHealth } from '../../events/writers/watch-health.ts';
import type { Clock } from '../../lib/clock.ts';
import { createShortMemory } from '../../lib/short-memory.ts';
import { findCredential, findDefaultCredential, markFirstUse } from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from './audit.ts';

/** The credential that a request names; without one, the caller's default credential of the upstream is used. */
export interface CredentialChoice {
  credentialId?: string | null | undefined;
}

/** Picks a credential of each upstream; without one, the default credential is used. */
export interface BothCredentials extends CredentialChoice {
  /** Of QuantConnect. */
  agentCredentialId?: string | null | undefined;
}

/** One of the caller's credentials, opened for one request to the gateway. */
export interface Connection<Client = QuantConnectClient> {
  ownerId: string;
  provider: CredentialRow['provider'];
  credentialId: string;
  /** QuantConnect user id, or QuantCDN organisation. */
  account: string;
  /** The default organization, for requests that name none. */
  organizationId: string | null;
  /** Makes one call; stores whether the upstream accepted the credential. */
  call<T>(work: (client: Client) => Promise<T>): Promise<T>;
}

/** A connection to QuantCDN. */
export type QuantCdnConnection = Connection<QuantCdnClient>;

export interface Connections<Client = QuantConnectClient> {
  /**
   * Opens the credential that the request names, or the caller's default one.
   * @throws GatewayError `CREDENTIAL_MISSING` without any, `NOT_FOUND` for a credential of another owner or upstream
   */
  open(viewer: Viewer, credentialId?: string | null): Promise<Connection<Client>>;
}

/** Opens connections to QuantCDN. */
export type QuantCdnConnections = Connections<QuantCdnClient>;

export interface ConnectionsDeps<Client> {
  provider: CredentialRow['provider'];
  store: Store;
  health: WatchHealth;
  audit: Audit;
  bus: Bus;
  clock: Clock;
  /** @param calls of the request that the client is for */
  clientOf(credential: CredentialRow, calls: RequestCalls): Client;
}

/** How long a chosen credential is remembered, and of how many owners (docs/decisions/0037-what-a-read-remembers.md). */
const REMEMBER_MS = 5_000;
const MAX_OWNERS = 10_000;

/** A credential that was chosen lately. Its status and first use follow what its connections see. */
interface Chosen {
  credential: CredentialRow;
  status: CredentialRow['status'];
  firstUsedAt: number | null;
}

export function createConnections<Client>(deps: ConnectionsDeps<Client>): Connections<Client> {
  const { provider, store, health, audit, bus, clock, clientOf } = deps;

  const chosen = createShortMemory<Promise<Chosen>, { ownerId: string; credentialId: string | null }>({
    async load({ ownerId, credentialId }) {
      const credential = await choose(store, provider, ownerId, credentialId);
      return { credential, status: credential.status, firstUsedAt: credential.firstUsedAt };
    },
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_OWNERS,
    onRemember: (ownerId) => bus.subscribe(credentialStream(ownerId), () => chosen.forget(ownerId)),
    clock,
  });

  return {
    async open(viewer, credentialId = null) {
      const ownerId = viewer.userId;
      const key = credentialId === null ? 'default' : `id ${credentialId}`;
      const choice = await chosen.get(ownerId, key, { ownerId, credentialId });
      const { credential } = choice;
      const client = clientOf(credential, viewer);
      const noteUse = async (): Promise<void> => {
        if (choice.firstUsedAt !== null) return;
        choice.firstUsedAt = clock.now();
        if (!(await markFirstUse(store.db, credential.id, choice.firstUsedAt))) return;
        const subjects = { credentialId: credential.id };
        await audit.record({ act: 'CREDENTIAL_FIRST_USE', ...actorOf(viewer), subjects });
      };
      return {
        ownerId,
        provider,
        credentialId: credential.id,
        account: credential.account,
        organizationId: credential.organizationId,
        async call(work) {
          try {
            const result = await work(client);
            if (choice.status !== 'VERIFIED') await health.credentialRestored(credential);
            choice.status = 'VERIFIED';
            await noteUse();
            return result;
          } catch (error) {
            if (isGatewayError(error, 'CREDENTIAL_REJECTED') && choice.status !== 'REJECTED') {
              await health.credentialRejected(credential);
              choice.status = 'REJECTED';
            }
            throw error;
          }
        },
      };
    },
  };
}

async function choose(
  store: Store,
  provider: CredentialRow['provider'],
  ownerId: string,
  credentialId: string | null,
): Promise<CredentialRow> {
  if (credentialId === null) {
    const credential = await findDefaultCredential(store.db, ownerId, provider);
    if (credential !== undefined) return credential;
    throw new GatewayError('CREDENTIAL_MISSING', `No ${PROVIDER_NAMES[provider]} credential is stored`);
  }
  const credential = await findCredential(store.db, ownerId, credentialId);
  if (credential?.provider === provider) return credential;
  throw notFound('Credential');
}

const PROVIDER_NAMES = { QUANTCONNECT: 'QuantConnect', QUANTCDN: 'QuantCDN' } as const;

/** The organization that the request names, or the credential's. @throws GatewayError `BAD_USER_INPUT` without any */
export function organizationOf(
  connection: Connection,
  organizationId: string | null | undefined,
  path: string,
): string {
  const chosen = organizationId ?? connection.organizationId;
  if (chosen) return chosen;
  throw badUserInput({ path, message: 'is required, as the credential has no organization of its own' });
}
