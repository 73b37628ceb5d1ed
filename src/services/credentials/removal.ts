import { type Bus, eventStream, messageStream } from '../../events/bus.ts';
import type { Clock } from '../../lib/clock.ts';
import { abandonListRuns, abandonTaskRuns } from '../../store/ai-tasks/run-ends.ts';
import { abandonDeployments } from '../../store/deployments/deployments.ts';
import {
  deleteCredential,
  findDefaultCredential,
  setDefaultCredential,
} from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

export interface CredentialRemovalDeps {
  store: Store;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
}

/** Forgets a credential and ends what was watched or run with it; another one of its provider becomes default. */
export function createCredentialRemoval({ store, bus, clock }: CredentialRemovalDeps) {
  return async (row: CredentialRow): Promise<void> => {
    const { id, ownerId, provider } = row;
    const abandoned = await store.transaction(ownerId, async (tx) => {
      const nowMs = clock.now();
      const deployments = await abandonDeployments(tx, ownerId, id);
      await abandonTaskRuns(tx, ownerId, id, nowMs);
      await abandonListRuns(tx, ownerId, id, nowMs);
      // Its watches go with it, by their foreign key.
      await deleteCredential(tx, ownerId, id);
      const next = row.isDefault ? await findDefaultCredential(tx, ownerId, provider) : undefined;
      if (next !== undefined) await setDefaultCredential(tx, next);
      return deployments;
    });
    // Whoever follows what was watched with it has to learn that this is over.
    bus.publish(eventStream(ownerId), 0);
    for (const deployment of abandoned) bus.publish(messageStream(ownerId, deployment.id), 0);
  };
}
