import type { Tokens } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import { createTails } from '../events/tails.ts';
import type { WatchHealth } from '../events/writers/watch-health.ts';
import type { CreateFixedWindow } from '../lib/limit/fixed-window.ts';
import { createAgents } from '../services/agents/agents.ts';
import { createConversations } from '../services/agents/conversations.ts';
import { createDeploymentHistory } from '../services/agents/deployment-history.ts';
import { createDeploymentReader } from '../services/agents/deployment-reader.ts';
import { createDeployments } from '../services/agents/deployments.ts';
import { createFeeds } from '../services/agents/feeds.ts';
import { createTasks } from '../services/agents/tasks.ts';
import { createTranscripts } from '../services/agents/transcripts.ts';
import { createWatchTokens } from '../services/agents/watch-tokens.ts';
import { createAiTaskListRuns } from '../services/ai-task-runs/list-runs.ts';
import { createAiTaskRuns } from '../services/ai-task-runs/task-runs.ts';
import { createAiTasks } from '../services/ai-tasks/ai-tasks.ts';
import { createAiTaskFeeds } from '../services/ai-tasks/feeds.ts';
import { createAiTaskLinks } from '../services/ai-tasks/links.ts';
import { createAiTaskLists } from '../services/ai-tasks/lists.ts';
import { createAiTaskObservations } from '../services/ai-tasks/observations.ts';
import { createChats } from '../services/chat/chats.ts';
import { createConnections } from '../services/common/connections.ts';
import { createIdempotency } from '../services/common/idempotency.ts';
import { createCredentials } from '../services/credentials/credentials.ts';
import { createCredentialProviders } from '../services/credentials/providers.ts';
import { createVerificationLimits } from '../services/credentials/verification-limits.ts';
import { createKeyedServiceAccounts } from '../services/identity/keyed-service-accounts.ts';
import { createIntentRecovery, type RecoverIntent } from '../services/intent-recovery.ts';
import { createEncryptionKeys } from '../services/operations/encryption-keys.ts';
import { createUpstreamDrifts } from '../services/operations/upstream-drift.ts';
import type { Services } from '../services/services.ts';
import { createBudgets } from '../services/usage/budgets.ts';
import { createUsage } from '../services/usage/usage.ts';
import { createKeyedUsers } from '../services/users/keyed-users.ts';
import type { Webhooks } from '../services/webhooks/webhooks.ts';
import { withAudit } from '../services/with-audit.ts';
import { readHeads } from '../store/coordination/log-bounds.ts';
import type { Store } from '../store/store.ts';
import { isAmbiguous } from '../upstream/failure.ts';
import type { TranscriptSeal } from '../vault/transcript-seal.ts';
import type { Vault } from '../vault/vault.ts';
import type { DriftRecorder } from '../worker/drift-recorder.ts';
import type { AuthServices } from './auth.ts';
import type { MeasuredRuntime } from './runtime.ts';
import type { Upstreams } from './upstreams.ts';
import type { Writers } from './writers.ts';

/** What clients can ask, and what the worker does for requests whose clients never come back. */
export interface ServicesAndRecovery {
  services: Services;
  recoverIntent: RecoverIntent;
}

export interface ServiceParts {
  auth: { services: AuthServices; tokens: Tokens };
  store: Store;
  vault: Vault;
  bus: Bus;
  health: WatchHealth;
  upstreams: Upstreams;
  drift: DriftRecorder;
  writers: Writers;
  eventLog: EventLog;
  seal: TranscriptSeal;
  webhooks: Webhooks;
  /** Counters, shared by all replicas. */
  createWindow: CreateFixedWindow;
}

/** Everything that a client can request, with its acts in the audit log. */
export function createServices(
  config: Config,
  runtime: MeasuredRuntime,
  parts: ServiceParts,
): ServicesAndRecovery {
  const { clock, random, logger, metrics } = runtime;
  const { auth, store, vault, bus, health, upstreams, writers } = parts;
  const { audit } = auth.services;
  const { deployments: writer, messages, lists } = writers;
  const { quantConnect, quantCdn } = upstreams;
  const { pollIntervalMs, maxWatchesPerUser } = config;

  const connectionDeps = { store, health, bus, clock, audit };
  const connections = createConnections({
    ...connectionDeps,
    provider: 'QUANTCONNECT',
    clientOf: upstreams.quantConnectClients('interactive'),
  });
  const aiConnections = createConnections({
    ...connectionDeps,
    provider: 'QUANTCDN',
    clientOf: upstreams.quantCdnClients('interactive'),
  });
  const createIdempotencyFor = ({ clockOffsetMs }: { clockOffsetMs(): number }) =>
    createIdempotency({
      store,
      clock,
      isAmbiguous,
      clockOffsetMs,
      random,
      upstreamTimeoutMs: config.upstream.timeoutMs,
    });
  const idempotency = createIdempotencyFor(quantConnect);

  const tasks = createTasks({ connections, idempotency });
  const reader = createDeploymentReader({ connections, writer, store, clock });
  const tails = createTails({
    bus,
    clock,
    readHeads: (ownerIds) => readHeads(store.db, ownerIds),
    onRead: (occurredAtMs) =>
      metrics.followerLag.observe({}, Math.max(0, clock.now() - occurredAtMs) / 1_000),
  });
  const feedDeps = { store, clock, tails };
  const deployments = createDeployments({
    ...{ store, connections, reader, idempotency, writer, clock, random },
    prompts: writers.prompts,
    maxWatchesPerUser,
  });

  const transcripts = createTranscripts({
    ...{ store, clock, seal: parts.seal, writer: writers.transcripts },
    retentionMs: config.transcriptRetentionMs,
  });

  const conversations = createConversations({
    ...{ ...feedDeps, reader, writer, messages },
    threads: transcripts,
  });

  const aiIdempotency = createIdempotencyFor(quantCdn);
  const aiTasks = createAiTasks({
    connections: aiConnections,
    idempotency: aiIdempotency,
    observations: createAiTaskObservations({ store, writer: lists, clock }),
    clock,
    random,
  });
  const bothConnections = { connections: aiConnections, agentConnections: connections };
  const runDeps = {
    ...bothConnections,
    idempotency: aiIdempotency,
    writer: writers.runs,
    store,
    clock,
    random,
  };

  const services: Services = {
    ...auth.services,
    serviceAccounts: createKeyedServiceAccounts(auth.services.serviceAccounts, { idempotency, vault }),
    users: createKeyedUsers(auth.services.users, { idempotency, vault }),
    credentials: createCredentials({
      store,
      idempotency,
      vault,
      health,
      bus,
      clock,
      random,
      logger,
      maxPerOwner: config.maxCredentialsPerOwner,
      verifications: createVerificationLimits({
        rate: config.verificationRate,
        createWindow: parts.createWindow,
      }),
      providers: createCredentialProviders({
        quantConnect: (credential) => quantConnect.client(credential, 'interactive'),
        quantCdn: (credential) => quantCdn.client(credential, 'interactive'),
      }),
    }),
    agents: createAgents({ connections, idempotency }),
    tasks,
    deployments,
    deploymentHistory: createDeploymentHistory({ store }),
    conversations,
    transcripts,
    chats: createChats({ ...feedDeps, conversations, deployments, reader, writer, messages }),
    watchTokens: createWatchTokens({ reader, tokens: auth.tokens }),
    feeds: createFeeds({ ...feedDeps, reader, tasks }),
    aiTasks,
    aiTaskLinks: createAiTaskLinks({ ...bothConnections, aiTasks, store }),
    aiTaskLists: createAiTaskLists({ connections: aiConnections, store }),
    aiTaskRuns: createAiTaskRuns(runDeps),
    aiTaskListRuns: createAiTaskListRuns({ ...runDeps, deployments }),
    aiTaskFeeds: createAiTaskFeeds({
      ...feedDeps,
      bus,
      connections: aiConnections,
      writer: lists,
      pollIntervalMs,
      maxWatchesPerUser,
    }),
    webhooks: parts.webhooks,
    upstreamDrifts: createUpstreamDrifts({ store, flush: parts.drift.flush }),
    encryptionKeys: createEncryptionKeys({ store, vault }),
    usage: createUsage({ store }),
    budgets: createBudgets({ store, clock, eventLog: parts.eventLog, bus, random }),
  };
  const recoverIntent = createIntentRecovery({
    ...{ reader, writer, clock, store, idempotency, aiIdempotency },
    connections: createConnections({
      ...connectionDeps,
      provider: 'QUANTCONNECT',
      clientOf: upstreams.quantConnectClients('poll'),
    }),
    aiConnections: createConnections({
      ...connectionDeps,
      provider: 'QUANTCDN',
      clientOf: upstreams.quantCdnClients('poll'),
    }),
  });
  return { services: withAudit(services, audit), recoverIntent };
}
