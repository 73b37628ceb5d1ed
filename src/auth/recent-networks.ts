import type { Clock } from '../lib/clock.ts';
import { networkOf } from '../lib/net/network.ts';
import { findNetworkUse, NETWORK_RETENTION_MS, noteNetwork } from '../store/identity/networks.ts';
import type { Store } from '../store/store.ts';

/** Networks that are stored for one account, the ones that were used last. */
const MAX_NETWORKS = 20;

/** A network in use is stored again after this time. */
const NOTE_EVERY_MS = 3_600_000;

/** The networks that each account was used from lately (docs/decisions/0035-networks-of-an-account.md). */
export interface RecentNetworks {
  /** Stores that the account is used from this address: a registration, a sign-in or a refresh has succeeded. */
  note(user: { id: string; email: string }, address: string): Promise<void>;
  /** Whether the account of this e-mail was used from the network of the address in the last 30 days. */
  isKnown(email: string, address: string): Promise<boolean>;
}

export function createRecentNetworks({
  store,
  clock,
}: {
  store: Store;
  clock: Pick<Clock, 'now'>;
}): RecentNetworks {
  return {
    async note({ id: userId, email }, address) {
      const network = networkOf(address);
      const usedAt = clock.now();
      const notedAtMs = await findNetworkUse(store.db, email, network);
      if (notedAtMs !== undefined && Math.abs(usedAt - notedAtMs) < NOTE_EVERY_MS) return;
      await store.transaction(userId, (tx) => noteNetwork(tx, { userId, network, usedAt }, MAX_NETWORKS));
    },
    async isKnown(email, address) {
      const usedAtMs = await findNetworkUse(store.db, email, networkOf(address));
      return usedAtMs !== undefined && usedAtMs > clock.now() - NETWORK_RETENTION_MS;
    },
  };
}
