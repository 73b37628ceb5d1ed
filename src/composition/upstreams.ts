import type { Config } from '../config.ts';
import type { RequestCalls } from '../domain/upstream-call.ts';
import type { DriftProvider, DriftReport } from '../domain/upstream-drift.ts';
import type { CredentialRow } from '../store/schema/index.ts';
import type { Tracer } from '../telemetry/tracing.ts';
import type { UpstreamLogger } from '../upstream/logger.ts';
import type { UpstreamOptions } from '../upstream/options.ts';
import type { ReadPriority } from '../upstream/policies/call.ts';
import type { SharedBudget } from '../upstream/policies/shared-budget.ts';
import type { QuantCdnClient } from '../upstream/quantcdn/client.ts';
import { createQuantCdn, type QuantCdn } from '../upstream/quantcdn/quantcdn.ts';
import type { QuantConnectClient } from '../upstream/quantconnect/client.ts';
import { createQuantConnect, type QuantConnect } from '../upstream/quantconnect/quantconnect.ts';
import { bindingOf } from '../vault/binding.ts';
import { createOpenedSecrets } from '../vault/opened-secrets.ts';
import type { Vault } from '../vault/vault.ts';
import type { MeasuredRuntime } from './runtime.ts';

/** Both upstreams, and the clients of stored credentials. */
export interface Upstreams {
  quantConnect: QuantConnect;
  quantCdn: QuantCdn;
  /** Makes clients whose reads have this priority, each for a stored QuantConnect credential. */
  quantConnectClients(
    priority: ReadPriority,
  ): (credential: CredentialRow, calls?: RequestCalls) => QuantConnectClient;
  /** Makes clients whose reads have this priority, each for a stored QuantCDN credential. */
  quantCdnClients(
    priority: ReadPriority,
  ): (credential: CredentialRow, calls?: RequestCalls) => QuantCdnClient;
  close(): Promise<void>;
}

/** What the upstreams hand over besides answers, and what replicas share of their limits. */
export interface UpstreamParts {
  sharedBudget: SharedBudget | undefined;
  reportDriftOf(provider: DriftProvider): DriftReport;
  tracer: Tracer;
}

export function createUpstreams(
  config: Config,
  vault: Vault,
  { version, clock, random, logger, metrics }: MeasuredRuntime,
  { sharedBudget, reportDriftOf, tracer }: UpstreamParts,
): Upstreams {
  const upstreamLogger: UpstreamLogger = (level, message, fields) => logger[level](fields, message);
  const shared: Omit<UpstreamOptions, 'baseUrl'> = {
    ...config.upstream,
    version,
    sharedBudget,
    clock,
    random,
    metrics,
    logger: upstreamLogger,
    tracer,
  };
  const quantConnect = createQuantConnect({
    ...shared,
    baseUrl: config.quantConnectBaseUrl,
    reportDrift: reportDriftOf('QUANTCONNECT'),
  });
  const quantCdn = createQuantCdn({
    ...shared,
    baseUrl: config.quantCdnBaseUrl,
    reportDrift: reportDriftOf('QUANTCDN'),
  });
  const keysOf = ({ ownerId, id }: CredentialRow) => ({ ownerId, credentialId: id });
  const secrets = createOpenedSecrets({ vault, clock });
  const open = (credential: CredentialRow): string => secrets.open(bindingOf(credential), credential.sealed);

  return {
    quantConnect,
    quantCdn,
    quantConnectClients: (priority) => (credential, calls) =>
      quantConnect.client(
        { ...keysOf(credential), userId: credential.account, apiToken: open(credential) },
        priority,
        undefined,
        calls,
      ),
    quantCdnClients: (priority) => (credential, calls) =>
      quantCdn.client(
        { ...keysOf(credential), organisation: credential.account, apiToken: open(credential) },
        priority,
        undefined,
        calls,
      ),
    async close() {
      await Promise.all([quantConnect.close(), quantCdn.close()]);
    },
  };
}
