import { badUserInput, isGatewayError, notFound } from '../errors.ts';
import { type Bus, eventStream, messageStream } from '../events/bus.ts';
import type { WatchHealth } from '../events/watch-health.ts';
import type { Random } from '../lib/random.ts';
import {
  deleteCredential,
  findCredential,
  findDefaultCredential,
  insertCredential,
  listCredentials,
  setDefaultCredential,
  updateCredential,
} from '../store/credentials.ts';
import { abandonDeployments } from '../store/deployments.ts';
import type { CredentialRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { QuantConnectClient, QuantConnectCredential } from '../upstream/quantconnect/client.ts';
import { bindingOf } from '../vault/binding.ts';
import type { Vault } from '../vault/vault.ts';
import type { Viewer } from '../viewer.ts';
import { authorise } from './authorise.ts';
import type { Idempotency } from './idempotency.ts';
import { checkInput, require, requireText } from './input.ts';

/** A stored credential as its owner sees it. The secret itself is never readable again. */
export interface CredentialView {
  id: string;
  provider: CredentialRow['provider'];
  label: string | null;
  account: string;
  organizationId: string | null;
  tokenHint: string;
  status: CredentialRow['status'];
  isDefault: boolean;
  /** ISO 8601. */
  createdAt: string;
}

/** A QuantConnect account as its owner hands it over. */
export interface QuantConnectCredentialInput {
  label?: string | null;
  userId: string;
  apiToken: string;
  organizationId?: string | null;
}

/** What of a stored credential may change; an absent field stays, `null` clears where it can. */
export interface CredentialChanges {
  label?: string | null;
  organizationId?: string | null;
  apiToken?: string | null;
  isDefault?: boolean | null;
}

/** The caller's upstream credentials. */
export interface Credentials {
  list(viewer: Viewer): Promise<CredentialView[]>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, id: string): Promise<CredentialView>;
  /**
   * Verifies a credential upstream and stores it; one of the same account, organization and label is replaced.
   * @throws GatewayError `CREDENTIAL_REJECTED`: then nothing is stored
   */
  saveQuantConnect(
    viewer: Viewer,
    input: QuantConnectCredentialInput & { idempotencyKey?: string | undefined },
  ): Promise<CredentialView>;
  update(viewer: Viewer, id: string, changes: CredentialChanges): Promise<CredentialView>;
  /** Asks the upstream again; an accepted credential is watched with again. */
  verify(viewer: Viewer, id: string): Promise<CredentialView>;
  /** Ends its watches and their subscriptions. */
  remove(viewer: Viewer, id: string): Promise<string>;
}

export interface CredentialsDeps {
  store: Store;
  idempotency: Idempotency;
  vault: Vault;
  health: WatchHealth;
  bus: Bus;
  clock: { now(): number };
  random: Random;
  /** A client for a secret that may not be stored yet. */
  quantConnect(credential: QuantConnectCredential): QuantConnectClient;
  clientOf(credential: CredentialRow): QuantConnectClient;
}

export const createCredentials = (deps: CredentialsDeps): Credentials => {
  const { store, vault, health, bus, clock, random, idempotency } = deps;

  const seal = (ownerId: string, credentialId: string, apiToken: string) => ({
    ...vault.seal(bindingOf({ ownerId, id: credentialId }), apiToken),
    tokenHint: apiToken.slice(-4),
  });

  /** Refused credentials throw; ones that cannot be asked about are kept as `UNVERIFIED`. */
  const statusOf = async (client: QuantConnectClient): Promise<'VERIFIED' | 'UNVERIFIED'> => {
    try {
      await client.authenticate();
      return 'VERIFIED';
    } catch (error) {
      if (!isGatewayError(error) || error.code === 'CREDENTIAL_REJECTED' || error.code === 'INTERNAL')
        throw error;
      return 'UNVERIFIED';
    }
  };

  const owned = async (viewer: Viewer, id: string): Promise<CredentialRow> => {
    const row = await findCredential(store.db, viewer.userId, id);
    if (row === undefined) throw notFound('Credential');
    return row;
  };

  /** Puts a new secret in the place of the old one; what was paused for the old one goes on. */
  const replaceSecret = async (row: CredentialRow, apiToken: string): Promise<void> => {
    const candidate = { credentialId: row.id, userId: row.account, apiToken };
    const status = await statusOf(deps.quantConnect(candidate));
    await updateCredential(store.db, row.ownerId, row.id, { ...seal(row.ownerId, row.id, apiToken), status });
    if (status === 'VERIFIED') await health.credentialRestored(row);
    else await health.credentialReplaced(row);
  };

  const insert = async (viewer: Viewer, input: QuantConnectCredentialInput): Promise<string> => {
    const id = random.uuid();
    const candidate = { credentialId: id, userId: input.userId, apiToken: input.apiToken };
    const status = await statusOf(deps.quantConnect(candidate));
    return store.transaction(viewer.userId, async (tx) => {
      const twin = sameAs(input, await listCredentials(tx, viewer.userId));
      if (twin !== undefined) {
        // Saved twice at the same time: the one that came first has made the row.
        await updateCredential(tx, viewer.userId, twin.id, {
          ...seal(viewer.userId, twin.id, input.apiToken),
          status,
        });
        return twin.id;
      }
      const first = await findDefaultCredential(tx, viewer.userId, 'QUANTCONNECT');
      await insertCredential(tx, {
        ...seal(viewer.userId, id, input.apiToken),
        id,
        ownerId: viewer.userId,
        provider: 'QUANTCONNECT',
        label: input.label ?? null,
        account: input.userId,
        organizationId: input.organizationId ?? null,
        status,
        isDefault: first === undefined ? 1 : 0,
        createdAt: clock.now(),
      });
      return id;
    });
  };

  /** Stores a credential, or its new secret in the place of the old one; returns its id. */
  const save = async (viewer: Viewer, input: QuantConnectCredentialInput): Promise<string> => {
    const same = sameAs(input, await listCredentials(store.db, viewer.userId));
    if (same === undefined) return insert(viewer, input);
    await replaceSecret(same, input.apiToken);
    return same.id;
  };

  const get = async (viewer: Viewer, id: string): Promise<CredentialView> => shown(await owned(viewer, id));

  return {
    async list(viewer) {
      authorise(viewer, 'read');
      return (await listCredentials(store.db, viewer.userId)).map(shown);
    },

    async get(viewer, id) {
      authorise(viewer, 'read');
      return get(viewer, id);
    },

    async saveQuantConnect(viewer, input) {
      authorise(viewer, 'write');
      checkInput([
        require(/^\d{1,15}$/.test(input.userId), 'input.userId', 'must be the numeric QuantConnect user id'),
        ...checkSecret(input.apiToken, 'input.apiToken'),
        requireText(input.label, 'input.label', 200),
        requireText(input.organizationId, 'input.organizationId', 100),
      ]);
      const { idempotencyKey: key, ...asked } = input;
      const id = await idempotency.once(
        { ownerId: viewer.userId, operation: 'saveCredential', key, input: asked },
        // A save that was cut short leaves nothing that tells it from an earlier one: it is made again once settled.
        { run: () => save(viewer, asked), trace: async () => undefined },
      );
      return get(viewer, id);
    },

    async update(viewer, id, { label, organizationId, apiToken, isDefault }) {
      authorise(viewer, 'write');
      const row = await owned(viewer, id);
      checkInput([
        apiToken === null && {
          path: 'input.apiToken',
          message: 'cannot be cleared; delete the credential instead',
        },
        isDefault === false && {
          path: 'input.isDefault',
          message: 'can only be set; make another one default',
        },
        ...(apiToken ? checkSecret(apiToken, 'input.apiToken') : []),
        requireText(label, 'input.label', 200),
        requireText(organizationId, 'input.organizationId', 100),
      ]);
      if (apiToken) await replaceSecret(row, apiToken);
      const change = {
        ...(label !== undefined && { label }),
        ...(organizationId !== undefined && { organizationId }),
      };
      if (Object.keys(change).length > 0) await updateCredential(store.db, viewer.userId, id, change);
      if (isDefault) await setDefaultCredential(store.db, row);
      return get(viewer, id);
    },

    async verify(viewer, id) {
      authorise(viewer, 'write');
      const row = await owned(viewer, id);
      if (row.provider !== 'QUANTCONNECT')
        throw badUserInput({ path: 'id', message: 'cannot be verified yet' });
      try {
        await deps.clientOf(row).authenticate();
        await health.credentialRestored(row);
      } catch (error) {
        if (isGatewayError(error, 'CREDENTIAL_REJECTED')) await health.credentialRejected(row);
        throw error;
      }
      return get(viewer, id);
    },

    async remove(viewer, id) {
      authorise(viewer, 'write');
      const row = await owned(viewer, id);
      const abandoned = await store.transaction(viewer.userId, async (tx) => {
        const deployments = await abandonDeployments(tx, viewer.userId, id);
        await deleteCredential(tx, viewer.userId, id);
        const next = row.isDefault ? await findDefaultCredential(tx, viewer.userId, row.provider) : undefined;
        if (next !== undefined) await setDefaultCredential(tx, next);
        return deployments;
      });
      // Whoever follows what was watched with it has to learn that this is over.
      bus.publish(eventStream(viewer.userId), 0);
      for (const deployment of abandoned) bus.publish(messageStream(viewer.userId, deployment.id), 0);
      return id;
    },
  };
};

/** The stored credential that an input would replace. */
const sameAs = (input: QuantConnectCredentialInput, stored: CredentialRow[]): CredentialRow | undefined =>
  stored.find(
    (row) =>
      row.provider === 'QUANTCONNECT' &&
      row.account === input.userId &&
      row.organizationId === (input.organizationId ?? null) &&
      row.label === (input.label ?? null),
  );

const checkSecret = (apiToken: string, path: string) => [
  require(/^[\x21-\x7e\u0080-\uffff]{1,512}$/.test(
    apiToken,
  ), path, 'must have 1 to 512 characters and no blanks'),
];

const shown = (row: CredentialRow): CredentialView => ({
  id: row.id,
  provider: row.provider,
  label: row.label,
  account: row.account,
  organizationId: row.organizationId,
  tokenHint: row.tokenHint,
  status: row.status,
  isDefault: row.isDefault === 1,
  createdAt: new Date(row.createdAt).toISOString(),
});
