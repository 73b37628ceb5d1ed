import { type ErrorCode, GatewayError, isGatewayError } from '../../errors.ts';
import type { WatchHealth } from '../../events/writers/watch-health.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
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
import type { AccountKey, CredentialProviders, SecretToVerify } from './providers.ts';
import type { VerificationLimits } from './verification-limits.ts';

/** A credential of any provider that is to be stored. */
export interface NewCredential extends AccountKey {
  provider: CredentialRow['provider'];
  label: string | null;
  apiToken: string;
}

/** Verifies secrets upstream and stores them sealed by the vault. */
export interface CredentialVaulting {
  /**
   * Stores a credential and returns its id. A stored one of the same account, organization and label gets the new secret.
   * @throws GatewayError `CREDENTIAL_REJECTED`, or `RATE_LIMITED` for too many verifications or credentials: then nothing
   *   is stored
   */
  save(ownerId: string, credential: NewCredential): Promise<string>;
  /**
   * Replaces the secret of a stored credential. Watches that were paused for the old one go on.
   * @throws GatewayError `CREDENTIAL_REJECTED` or `RATE_LIMITED`: then the old secret stays
   */
  replaceSecret(row: CredentialRow, apiToken: string): Promise<void>;
  /** Verifies a stored secret. @throws GatewayError `CREDENTIAL_REJECTED`, or the failure of the call */
  verify(row: CredentialRow): Promise<void>;
}

export interface CredentialVaultingDeps {
  store: Store;
  vault: Vault;
  health: WatchHealth;
  clock: Pick<Clock, 'now' | 'evenMs'>;
  random: Random;
  logger: Logger;
  providers: CredentialProviders;
  verifications: VerificationLimits;
  /** `MAX_CREDENTIALS_PER_USER`, of both upstreams together. */
  maxPerOwner: number;
}

/** Failures of a verification after which a secret is not stored; after all others it is `UNVERIFIED`. */
const NOT_STORED: ReadonlySet<ErrorCode> = new Set(['CREDENTIAL_REJECTED', 'RATE_LIMITED', 'INTERNAL']);

export function createCredentialVaulting(deps: CredentialVaultingDeps): CredentialVaulting {
  const { store, vault, health, clock, random, logger, providers, verifications, maxPerOwner } = deps;

  const seal = (ownerId: string, credentialId: string, apiToken: string) => ({
    ...vault.seal(bindingOf({ ownerId, id: credentialId }), apiToken),
    tokenHint: [...apiToken].slice(-4).join(''),
  });

  const verifyOnce = async (provider: CredentialRow['provider'], secret: SecretToVerify): Promise<void> => {
    await verifications.count(secret.ownerId, { provider, account: secret.account });
    await providers[provider].verify(secret);
  };

  /** @throws GatewayError `RATE_LIMITED` when one more would be too many */
  const assertRoom = (stored: CredentialRow[]): void => {
    if (stored.length < maxPerOwner) return;
    throw new GatewayError('RATE_LIMITED', `At most ${maxPerOwner} credentials can be stored`);
  };

  /** A rejected secret throws; one that cannot be verified now is stored as `UNVERIFIED`. */
  const verifyStatus = async (
    provider: CredentialRow['provider'],
    secret: SecretToVerify,
  ): Promise<Pick<CredentialRow, 'status' | 'verificationProblem'>> => {
    try {
      await verifyOnce(provider, secret);
      return { status: 'VERIFIED', verificationProblem: null };
    } catch (error) {
      if (!isGatewayError(error) || NOT_STORED.has(error.code)) throw error;
      const { ownerId: userId, credentialId } = secret;
      const { code, cause } = error;
      const fields = {
        userId,
        credentialId,
        provider,
        code,
        cause: cause instanceof Error ? cause.message : undefined,
      };
      logger.warn(fields, 'credential stored without verification: the upstream could not be asked');
      return { status: 'UNVERIFIED', verificationProblem: code };
    }
  };

  const replaceSecret: CredentialVaulting['replaceSecret'] = async (row, apiToken) => {
    const { id, ownerId, provider, account } = row;
    const verified = await verifyStatus(provider, { ownerId, credentialId: id, account, apiToken });
    await updateCredential(store.db, ownerId, id, { ...seal(ownerId, id, apiToken), ...verified });
    if (verified.status === 'VERIFIED') await health.credentialRestored(row);
    else await health.credentialReplaced(row);
  };

  const insert = async (ownerId: string, credential: NewCredential): Promise<string> => {
    const id = random.uuid();
    const { apiToken, ...columns } = credential;
    const { provider, account } = columns;
    const verified = await verifyStatus(provider, { ownerId, credentialId: id, account, apiToken });
    return store.transaction(ownerId, async (tx) => {
      const stored = await listCredentials(tx, ownerId);
      const existing = findSame(credential, stored);
      if (existing !== undefined) {
        // Another request has stored the same credential since the check in `save`.
        await updateCredential(tx, ownerId, existing.id, {
          ...seal(ownerId, existing.id, apiToken),
          ...verified,
        });
        return existing.id;
      }
      assertRoom(stored);
      const currentDefault = await findDefaultCredential(tx, ownerId, provider);
      await insertCredential(tx, {
        ...columns,
        ...seal(ownerId, id, apiToken),
        id,
        ownerId,
        ...verified,
        isDefault: currentDefault === undefined ? 1 : 0,
        createdAt: clock.now(),
      });
      return id;
    });
  };

  return {
    async save(ownerId, credential) {
      const stored = await listCredentials(store.db, ownerId);
      const same = findSame(credential, stored);
      if (same === undefined) {
        // Before the upstream is called; `insert` checks again in its transaction.
        assertRoom(stored);
        return insert(ownerId, credential);
      }
      await replaceSecret(same, credential.apiToken);
      return same.id;
    },

    replaceSecret,

    async verify(row) {
      const apiToken = vault.open(bindingOf(row), row.sealed);
      const { ownerId, id: credentialId, account } = row;
      await verifyOnce(row.provider, { ownerId, credentialId, account, apiToken });
    },
  };
}

/** The stored credential that a new one replaces. */
function findSame(credential: NewCredential, stored: CredentialRow[]): CredentialRow | undefined {
  return stored.find(
    (row) =>
      row.provider === credential.provider &&
      row.account === credential.account &&
      row.organizationId === credential.organizationId &&
      row.label === credential.label,
  );
}
