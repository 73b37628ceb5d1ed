import { isGatewayError } from '../../errors.ts';
import type { WatchHealth } from '../../events/writers/watch-health.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import {
  findDefaultCredential,
  insertCredential,
  listCredentials,
  updateCredential,
} from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { bindingOf } from '../../vault/binding.ts';
import type { Vault } from '../../vault/vault.ts';
import type { AccountKey, Candidate, CredentialProviders } from './providers.ts';

/** A credential of any provider, about to be stored. */
export interface OfferedCredential extends AccountKey {
  provider: CredentialRow['provider'];
  label: string | null;
  apiToken: string;
}

/** Puts secrets where they are kept, each asked about first. */
export interface CredentialVaulting {
  /**
   * Stores a credential, or its new secret in the place of the old one of the same account and label; returns its id.
   * @throws GatewayError `CREDENTIAL_REJECTED`: then nothing is stored
   */
  keep(ownerId: string, offered: OfferedCredential): Promise<string>;
  /**
   * Puts a new secret in the place of the old one; what was paused for the old one goes on.
   * @throws GatewayError `CREDENTIAL_REJECTED`: then the old one stays
   */
  replaceSecret(row: CredentialRow, apiToken: string): Promise<void>;
  /** Asks the upstream about a stored secret. @throws GatewayError `CREDENTIAL_REJECTED`, or why it could not be asked */
  ask(row: CredentialRow): Promise<void>;
}

export interface CredentialVaultingDeps {
  store: Store;
  vault: Vault;
  health: WatchHealth;
  clock: Pick<Clock, 'now'>;
  random: Random;
  providers: CredentialProviders;
}

export function createCredentialVaulting(deps: CredentialVaultingDeps): CredentialVaulting {
  const { store, vault, health, clock, random, providers } = deps;

  const seal = (ownerId: string, credentialId: string, apiToken: string) => ({
    ...vault.seal(bindingOf({ ownerId, id: credentialId }), apiToken),
    tokenHint: apiToken.slice(-4),
  });

  /** Refused credentials throw; ones that cannot be asked about are kept as `UNVERIFIED`. */
  const statusOf = async (
    provider: CredentialRow['provider'],
    candidate: Candidate,
  ): Promise<'VERIFIED' | 'UNVERIFIED'> => {
    try {
      await providers[provider].ask(candidate);
      return 'VERIFIED';
    } catch (error) {
      if (!isGatewayError(error) || error.code === 'CREDENTIAL_REJECTED' || error.code === 'INTERNAL')
        throw error;
      return 'UNVERIFIED';
    }
  };

  const replaceSecret: CredentialVaulting['replaceSecret'] = async (row, apiToken) => {
    const { id, ownerId, provider, account } = row;
    const status = await statusOf(provider, { credentialId: id, account, apiToken });
    await updateCredential(store.db, ownerId, id, { ...seal(ownerId, id, apiToken), status });
    if (status === 'VERIFIED') await health.credentialRestored(row);
    else await health.credentialReplaced(row);
  };

  const insert = async (ownerId: string, offered: OfferedCredential): Promise<string> => {
    const id = random.uuid();
    const { apiToken, ...columns } = offered;
    const { provider, account } = columns;
    const status = await statusOf(provider, { credentialId: id, account, apiToken });
    return store.transaction(ownerId, async (tx) => {
      const twin = sameAs(offered, await listCredentials(tx, ownerId));
      if (twin !== undefined) {
        // Saved twice at the same time: the one that came first has made the row.
        await updateCredential(tx, ownerId, twin.id, { ...seal(ownerId, twin.id, apiToken), status });
        return twin.id;
      }
      const first = await findDefaultCredential(tx, ownerId, provider);
      await insertCredential(tx, {
        ...columns,
        ...seal(ownerId, id, apiToken),
        id,
        ownerId,
        status,
        isDefault: first === undefined ? 1 : 0,
        createdAt: clock.now(),
      });
      return id;
    });
  };

  return {
    async keep(ownerId, offered) {
      const same = sameAs(offered, await listCredentials(store.db, ownerId));
      if (same === undefined) return insert(ownerId, offered);
      await replaceSecret(same, offered.apiToken);
      return same.id;
    },

    replaceSecret,

    async ask(row) {
      const apiToken = vault.open(bindingOf(row), row.sealed);
      await providers[row.provider].ask({ credentialId: row.id, account: row.account, apiToken });
    },
  };
}

/** The stored credential that an offered one would replace. */
function sameAs(offered: OfferedCredential, stored: CredentialRow[]): CredentialRow | undefined {
  return stored.find(
    (row) =>
      row.provider === offered.provider &&
      row.account === offered.account &&
      row.organizationId === offered.organizationId &&
      row.label === offered.label,
  );
}
