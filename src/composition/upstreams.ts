import type { Config } from '../config.ts';
import type { CredentialRow } from '../store/schema/index.ts';
import type { UpstreamLog } from '../upstream/logger.ts';
import type { ReadLane } from '../upstream/policies/call.ts';
import type { SharedBudget } from '../upstream/policies/shared-budget.ts';
import type { QuantCdnClient } from '../upstream/quantcdn/client.ts';
import { createQuantCdn, type QuantCdn } from '../upstream/quantcdn/quantcdn.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import { createQuantConnect, type QuantConnect } from '../upstream/quantconnect/quantconnect.ts';
import { bindingOf } from '../vault/binding.ts';
import type { Vault } from '../vault/vault.ts';
import type { Surroundings } from './runtime.ts';

/** Both upstreams, and how a stored credential becomes a client of its own. */
export interface Upstreams {
  quantConnect: QuantConnect;
  quantCdn: QuantCdn;
  /** Opens a stored QuantConnect credential. */
  agentsIn(lane: ReadLane): (credential: CredentialRow) => QuantConnectClient;
  /** Opens a stored QuantCDN credential. */
  aiTasksIn(lane: ReadLane): (credential: CredentialRow) => QuantCdnClient;
  close(): Promise<void>;
}

export function createUpstreams(
  config: Config,
  vault: Vault,
  { version, clock, random, log }: Surroundings,
  sharedBudget?: SharedBudget,
): Upstreams {
  const toLog: UpstreamLog = (level, message, fields) => log[level](fields, message);
  const shared = {
    ...config.upstream,
    version,
    sharedBudget,
    clock,
    random,
    log: toLog,
  };
  const quantConnect = createQuantConnect({ ...shared, baseUrl: config.quantConnectBaseUrl });
  const quantCdn = createQuantCdn({ ...shared, baseUrl: config.quantCdnBaseUrl });
  const open = (credential: CredentialRow): string => vault.open(bindingOf(credential), credential.sealed);

  return {
    quantConnect,
    quantCdn,
    agentsIn: (lane) => (credential) =>
      quantConnect.client(
        { credentialId: credential.id, userId: credential.account, apiToken: open(credential) },
        lane,
      ),
    aiTasksIn: (lane) => (credential) =>
      quantCdn.client(
        { credentialId: credential.id, organisation: credential.account, apiToken: open(credential) },
        lane,
      ),
    async close() {
      await Promise.all([quantConnect.close(), quantCdn.close()]);
    },
  };
}
