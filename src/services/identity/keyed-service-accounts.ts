import type { Viewer } from '../../viewer.ts';
import { createOnceSealed, type OnceSealedDeps } from '../common/once-sealed.ts';
import type { NewSecret, ServiceAccounts } from './service-accounts.ts';

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
    input?: NewSecret,
    idempotencyKey?: string | undefined,
  ): ReturnType<ServiceAccounts['addSecret']>;
}

/** Adds idempotency keys to service accounts. */
export function createKeyedServiceAccounts(
  plain: ServiceAccounts,
  deps: OnceSealedDeps,
): KeyedServiceAccounts {
  const once = createOnceSealed(deps);

  return {
    ...plain,
    create: (viewer, input, key) =>
      once(viewer, { operation: 'createServiceAccount', key, input }, () => plain.create(viewer, input)),
    addSecret: (viewer, id, secret, key) => {
      const input = secret?.expiresAt === undefined ? id : { id, ...secret };
      return once(viewer, { operation: 'addServiceSecret', key, input }, () =>
        plain.addSecret(viewer, id, secret),
      );
    },
  };
}
