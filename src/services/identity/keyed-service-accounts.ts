import { GatewayError } from '../../errors.ts';
import { openAnswer, type SealedAnswer, type SealedOperation, sealAnswer } from '../../vault/kept-answers.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeAdmin } from '../common/authorize.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { readKey } from '../common/idempotency-key.ts';
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
    intent: { operation: SealedOperation; key: string | undefined; input: unknown },
    run: () => Promise<T>,
  ): Promise<T> => {
    authorizeAdmin(viewer);
    if (intent.key === undefined) return run();
    const place = { ownerId: viewer.userId, operation: intent.operation, key: readKey(intent.key) ?? '' };
    const answer: SealedAnswer = await idempotency.onceLocally(
      { ...intent, ownerId: viewer.userId },
      {
        send: async () => sealAnswer(vault, place, await run()),
        // A secret whose answer was lost cannot be recovered: only its hash is stored.
      },
    );
    try {
      return openAnswer<T>(vault, place, answer);
    } catch (error) {
      throw answerLost(error);
    }
  };

  return {
    ...plain,
    create: (viewer, input, key) =>
      once(viewer, { operation: 'createServiceAccount', key, input }, () => plain.create(viewer, input)),
    addSecret: (viewer, id, key) =>
      once(viewer, { operation: 'addServiceSecret', key, input: id }, () => plain.addSecret(viewer, id)),
  };
}

/** The request was carried out, but the key that sealed its answer was dropped before the answer was sealed again. */
function answerLost(cause: unknown): GatewayError {
  return new GatewayError(
    'OUTCOME_UNKNOWN',
    'The request was carried out, but its answer was kept under an encryption key that is no longer configured',
    {},
    cause,
  );
}
