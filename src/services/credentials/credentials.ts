import { isGatewayError, notFound } from '../../errors.ts';
import {
  findCredential,
  listCredentials,
  setDefaultCredential,
  updateCredential,
} from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertValid } from '../common/input.ts';
import { type CredentialChanges, problemsOfChanges, problemsOfCommon } from './input.ts';
import type {
  CredentialProvider,
  QuantCdnCredentialInput,
  QuantConnectCredentialInput,
} from './providers.ts';
import { type CredentialRemovalDeps, createCredentialRemoval } from './removal.ts';
import { type CredentialVaultingDeps, createCredentialVaulting } from './vaulting.ts';
import { type CredentialView, toCredentialView } from './view.ts';

export type { CredentialView } from './view.ts';

/** A request that is carried out once for one key. */
type Once<Input> = Input & { idempotencyKey?: string | undefined };

/** The caller's upstream credentials. */
export interface Credentials {
  list(viewer: Viewer): Promise<CredentialView[]>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, id: string): Promise<CredentialView>;
  /**
   * Verifies a credential upstream and stores it; one of the same account, organization and label is replaced.
   * @throws GatewayError `CREDENTIAL_REJECTED`: then nothing is stored
   */
  saveQuantConnect(viewer: Viewer, input: Once<QuantConnectCredentialInput>): Promise<CredentialView>;
  /** The same for QuantCDN; one of the same organisation and label is replaced. */
  saveQuantCdn(viewer: Viewer, input: Once<QuantCdnCredentialInput>): Promise<CredentialView>;
  update(viewer: Viewer, id: string, changes: CredentialChanges): Promise<CredentialView>;
  /** Asks the upstream again; an accepted credential is watched with again. */
  verify(viewer: Viewer, id: string): Promise<CredentialView>;
  /** Ends its watches and their subscriptions, and what runs with it. */
  remove(viewer: Viewer, id: string): Promise<string>;
}

export interface CredentialsDeps extends CredentialVaultingDeps, CredentialRemovalDeps {
  idempotency: Idempotency;
}

export function createCredentials(deps: CredentialsDeps): Credentials {
  const { store, health, idempotency, providers } = deps;
  const keeping = createCredentialVaulting(deps);
  const forget = createCredentialRemoval(deps);

  const owned = async (viewer: Viewer, id: string): Promise<CredentialRow> => {
    const row = await findCredential(store.db, viewer.userId, id);
    if (row === undefined) throw notFound('Credential');
    return row;
  };

  const get = async (viewer: Viewer, id: string): Promise<CredentialView> =>
    toCredentialView(await owned(viewer, id));

  const saveTo =
    <Input extends { label?: string | null; apiToken: string }>(
      provider: CredentialRow['provider'],
      { accountOf, problemsOf }: Pick<CredentialProvider<Input>, 'accountOf' | 'problemsOf'>,
    ) =>
    async (viewer: Viewer, input: Once<Input>): Promise<CredentialView> => {
      authorize(viewer, 'write');
      assertValid([...problemsOf(input), ...problemsOfCommon(input)]);
      const { idempotencyKey: key, ...asked } = input;
      const { label = null, apiToken } = input;
      const offered = { provider, ...accountOf(input), label, apiToken };
      const id = await idempotency.once(
        { ownerId: viewer.userId, operation: 'saveCredential', key, input: asked },
        // A save that was cut short leaves nothing that tells it from an earlier one: it is made again once settled.
        { send: () => keeping.keep(viewer.userId, offered), findOutcome: async () => undefined },
      );
      return get(viewer, id);
    };

  return {
    async list(viewer) {
      authorize(viewer, 'read');
      return (await listCredentials(store.db, viewer.userId)).map(toCredentialView);
    },

    async get(viewer, id) {
      authorize(viewer, 'read');
      return get(viewer, id);
    },

    saveQuantConnect: saveTo('QUANTCONNECT', providers.QUANTCONNECT),
    saveQuantCdn: saveTo('QUANTCDN', providers.QUANTCDN),

    async update(viewer, id, changes) {
      authorize(viewer, 'write');
      const row = await owned(viewer, id);
      assertValid(problemsOfChanges(changes, providers[row.provider]));
      const { label, organizationId, apiToken, isDefault } = changes;
      if (apiToken) await keeping.replaceSecret(row, apiToken);
      const change = {
        ...(label !== undefined && { label }),
        ...(organizationId !== undefined && { organizationId }),
      };
      if (Object.keys(change).length > 0) await updateCredential(store.db, viewer.userId, id, change);
      if (isDefault) await setDefaultCredential(store.db, row);
      return get(viewer, id);
    },

    async verify(viewer, id) {
      authorize(viewer, 'write');
      const row = await owned(viewer, id);
      try {
        await keeping.ask(row);
        await health.credentialRestored(row);
      } catch (error) {
        if (isGatewayError(error, 'CREDENTIAL_REJECTED')) await health.credentialRejected(row);
        throw error;
      }
      return get(viewer, id);
    },

    async remove(viewer, id) {
      authorize(viewer, 'write');
      await forget(await owned(viewer, id));
      return id;
    },
  };
}
