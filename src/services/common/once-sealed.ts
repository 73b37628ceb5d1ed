import { GatewayError } from '../../errors.ts';
import { openAnswer, type SealedAnswer, type SealedOperation, sealAnswer } from '../../vault/kept-answers.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeAdmin } from './authorize.ts';
import type { Idempotency } from './idempotency.ts';
import { readKey } from './idempotency-key.ts';

/** Carries out an operation of an administrator once for an idempotency key. @throws GatewayError `FORBIDDEN`, `CONFLICT` */
export type OnceSealed = <T>(
  viewer: Viewer,
  intent: { operation: SealedOperation; key: string | undefined; input: unknown },
  run: () => Promise<T>,
) => Promise<T>;

export interface OnceSealedDeps {
  idempotency: Idempotency;
  vault: Vault;
}

/** The stored answer holds a secret, so it is sealed by the vault, bound to the administrator, the operation and the key. */
export function createOnceSealed({ idempotency, vault }: OnceSealedDeps): OnceSealed {
  return async <T>(
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
