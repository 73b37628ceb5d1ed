import { findDeadline, parseGuard } from '../../domain/deployment-guard.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Lease } from '../../store/coordination/leases.ts';
import { watchedDeployments } from '../../store/deployments/deployments.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { Reconciler } from '../reconcile.ts';
import { createConversationPoll } from './conversation-poll.ts';
import { createOrganizationPoll } from './poll.ts';
import { createOrganizationResolver } from './resolve-organization.ts';

export interface DeploymentReconcilerDeps {
  store: Store;
  clock: Pick<Clock, 'now'>;
  /** Opens a stored credential for background reads. */
  clientOf(credential: CredentialRow): QuantConnectClient;
  /** Where what is seen is written, for as long as the lease is held. */
  writersUnder(lease: Lease): { deployments: DeploymentWriter; messages: MessageWriter };
}

/** The deployments of one credential in one organization. */
export function createDeploymentReconciler(deps: DeploymentReconcilerDeps): Reconciler {
  const { store, clock } = deps;
  return {
    isNeeded: async (tx, lease) => (await watchedDeployments(tx, lease)).length > 0,

    async reconcile(lease, credential) {
      const client = deps.clientOf(credential);
      const writers = deps.writersUnder(lease);
      const resolveOrganization = createOrganizationResolver({ store, ...writers });
      const poll = createOrganizationPoll({
        store,
        clock,
        ...writers,
        pollConversation: createConversationPoll({ clock, ...writers }),
      });
      if (lease.scope === '') {
        await resolveOrganization(lease, client);
        // Usually that leaves nothing: what has a place is looked at there.
        if ((await watchedDeployments(store.db, lease)).length === 0) return undefined;
      }
      const rows = await watchedDeployments(store.db, lease);
      const { hasChanges } = await poll(lease, client);
      const now = clock.now();
      const deadlines = rows
        .map((row) => findDeadline(parseGuard(row.guard), row.runStartedAt))
        .filter((at): at is number => at !== undefined && at > now);
      return { hasChanges, notAfter: deadlines.length > 0 ? Math.min(...deadlines) : undefined };
    },
  };
}
