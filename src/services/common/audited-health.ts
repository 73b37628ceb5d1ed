import type { WatchHealth } from '../../events/writers/watch-health.ts';
import { findPrincipal } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import type { Audit } from './audit.ts';

/** The same health, with every credential the upstream refuses in the audit log, whoever used it: callers or poller. */
export function auditedHealth(
  health: WatchHealth,
  { store, audit }: { store: Store; audit: Audit },
): WatchHealth {
  return {
    ...health,
    async credentialRejected(credential) {
      await health.credentialRejected(credential);
      const onBehalfOf = (await findPrincipal(store.db, credential.ownerId)) ?? null;
      const subjects = { credentialId: credential.id };
      await audit.record({ act: 'CREDENTIAL_REJECTION', actor: null, onBehalfOf, subjects });
    },
  };
}
