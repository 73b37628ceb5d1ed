import type { Vault } from '../../vault/vault.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeAdmin } from '../common/authorize.ts';
import type { Idempotency } from '../common/idempotency.ts';
import type { ServiceAccounts } from './service-accounts.ts';

/** Service accounts whose create and addSecret accept an idempotency key. */
export interface KeyedServiceAccounts extends Omit<ServiceAccounts, 'create' | 'addSecret'> {
  create(
    viewer: Viewer,
    input: Parameters<ServiceAccounts['create']>[1],
    idempotencyKey?: string | undefined,
  ): ReturnType<ServiceAccounts['create']>;
  addSecret(
    viewer: Viewer,
    id: string,
    idempotencyKey?: string | undefined,
  ): ReturnType<ServiceAccounts['addSecret']>;
}

/**
 * Adds idempotency keys to service accounts. The stored outcome holds a secret, so it is sealed by the vault, bound to
 * the administrator, the operation and the key.
 */
export function createKeyedServiceAccounts(
  plain: ServiceAccounts,
  { idempotency, vault }: { idempotency: Idempotency; vault: Vault },
): KeyedServiceAccounts {
  const once = async <T>(
    viewer: Viewer,
    intent: { operation: string; key: string | undefined; input: unknown },
    run: () => Promise<T>,
  ): Promise<T> => {
    authorizeAdmin(viewer);
    const { operation, key } = intent;
    if (key === undefined) return run();
    const binding = { ownerId: viewer.userId, credentialId: key, field: operation };
    const { sealed } = await idempotency.onceLocally(
      { ...intent, ownerId: viewer.userId },
      {
        send: async () => ({ sealed: vault.seal(binding, JSON.stringify(await run())).sealed }),
        // A secret whose answer was lost cannot be recovered: only its hash is stored.
      },
    );
    return JSON.parse(vault.open(binding, sealed)) as T;
  };

  return {
    ...plain,
    create: (viewer, input, key) =>
      once(viewer, { operation: 'createServiceAccount', key, input }, () => plain.create(viewer, input)),
    addSecret: (viewer, id, key) =>
      once(viewer, { operation: 'addServiceSecret', key, input: id }, () => plain.addSecret(viewer, id)),
  };
}
