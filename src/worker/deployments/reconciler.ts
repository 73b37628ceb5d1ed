import type { Journal } from '../../events/writers/deployments.ts';
import type { MessageStore } from '../../events/writers/messages.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { Subject } from '../reconcile.ts';
import { createTalk } from './conversation-poll.ts';
import { trippingAt } from './guards.ts';
import { createLook } from './poll.ts';
import { createPlace } from './resolve-organization.ts';

export interface WatchedDeploymentsDeps {
  store: Store;
  clock: { now(): number };
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantConnectClient;
  /** Where what is seen is written, for as long as the lease is held. */
  recordersUnder(lease: Lease): { journal: Journal; messages: MessageStore };
}

/** The deployments of one credential in one organization. */
export function watchDeployments(deps: WatchedDeploymentsDeps): Subject {
  const { store, clock } = deps;
  return {
    isNeeded: async (tx, lease) => (await watchedDeployments(tx, lease)).length > 0,

    async look(lease, credential) {
      const client = deps.clientOf(credential);
      const recorders = deps.recordersUnder(lease);
      const place = createPlace({ store, ...recorders });
      const look = createLook({ store, clock, ...recorders, attend: createTalk({ clock, ...recorders }) });
      if (lease.scope === '') {
        await place(lease, client);
        // Usually that leaves nothing: what has a place is looked at there.
        if ((await watchedDeployments(store.db, lease)).length === 0) return undefined;
      }
      const rows = await watchedDeployments(store.db, lease);
      const { isLively } = await look(lease, client);
      const now = clock.now();
      const deadlines = rows.map(trippingAt).filter((at): at is number => at !== undefined && at > now);
      return { isLively, notAfter: deadlines.length > 0 ? Math.min(...deadlines) : undefined };
    },
  };
}
