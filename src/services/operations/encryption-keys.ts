import type { Store } from '../../store/store.ts';
import { type KeyUsage, listKeyUsage } from '../../vault/key-usage.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeAdmin } from '../common/authorize.ts';

/** The keys that seal secrets, by their ids; a key itself is never shown. */
export interface EncryptionKeys {
  /** For administrators: which keys are configured, and how many rows need each. @throws GatewayError `FORBIDDEN` */
  list(viewer: Viewer): Promise<KeyUsage[]>;
}

export function createEncryptionKeys({ store, vault }: { store: Store; vault: Vault }): EncryptionKeys {
  return {
    async list(viewer) {
      authorizeAdmin(viewer);
      return listKeyUsage(store.db, vault);
    },
  };
}
