import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { readPersistedOperations } from './composition/persisted-operations.ts';
import type { Config } from './config.ts';
import { graphql } from './http/graphql/plugin.ts';
import { createAddressOf } from './http/live/client-address.ts';
import { createConnectionRegistry } from './http/live/registry.ts';
import { sweepSessions } from './http/live/session-sweep.ts';
import { consolePage } from './http/pages/console/routes.ts';
import { limitAnswers, UNREAD_MS, unreadAnswers } from './http/plugins/answers.ts';
import { authenticate, viewers } from './http/plugins/authenticate.ts';
import { cors } from './http/plugins/cors.ts';
import { jsonOnly } from './http/plugins/json-only.ts';
import { createPlaces } from './http/plugins/places.ts';
import { problemResponses } from './http/plugins/problem-details.ts';
import { requestLog } from './http/plugins/request-log.ts';
import { requestRate } from './http/plugins/request-rate.ts';
import { createRouteTable } from './http/plugins/route-table.ts';
import { securityHeaders } from './http/plugins/security-headers.ts';
import { serverOptions } from './http/plugins/server-options.ts';
import { type ShutdownSignals, shutdown } from './http/plugins/shutdown.ts';
import { waitForPlace } from './http/plugins/take-place.ts';
import { refuseMalformedBody, textInput } from './http/plugins/text-input.ts';
import { trustedOrigins } from './http/plugins/trusted-origins.ts';
import { unrouted } from './http/plugins/unrouted.ts';
import { agentRoutes } from './http/rest/agents/agents.ts';
import { deploymentRoutes } from './http/rest/agents/deployments.ts';
import { eventRoutes } from './http/rest/agents/events.ts';
import { taskRoutes } from './http/rest/agents/tasks.ts';
import { transcriptRoute } from './http/rest/agents/transcripts.ts';
import { aiTaskRoutes } from './http/rest/ai-tasks/ai-tasks.ts';
import { aiTaskListEventRoutes } from './http/rest/ai-tasks/list-events.ts';
import { aiTaskRunRoutes } from './http/rest/ai-tasks/runs.ts';
import { chatRoute, chatStreamRoutes } from './http/rest/chat/chat.ts';
import { entityTags } from './http/rest/entity-tags.ts';
import { healthRoutes } from './http/rest/health.ts';
import { auditRoute } from './http/rest/identity/audit.ts';
import { authRoutes } from './http/rest/identity/auth.ts';
import { credentialRoutes } from './http/rest/identity/credentials.ts';
import { jwksRoute } from './http/rest/identity/jwks.ts';
import { meRoutes } from './http/rest/identity/me.ts';
import { serviceAccountRoutes } from './http/rest/identity/service-accounts.ts';
import { sessionRoutes } from './http/rest/identity/sessions.ts';
import { tokenRoute } from './http/rest/identity/token.ts';
import { userRoutes } from './http/rest/identity/users.ts';
import { openapi } from './http/rest/openapi.ts';
import { encryptionKeysRoute } from './http/rest/operations/encryption-keys.ts';
import { upstreamDriftRoute } from './http/rest/operations/upstream-drift.ts';
import { budgetRoutes } from './http/rest/usage/budgets.ts';
import { usageRoute } from './http/rest/usage/usage.ts';
import { webhookRoutes } from './http/rest/webhooks/webhooks.ts';
import { eventStreams } from './http/sse/admit.ts';
import { traceRequests } from './http/trace-requests.ts';
import type { Clock } from './lib/clock.ts';
import { createLocalWindow } from './lib/limit/fixed-window.ts';
import { createTurns } from './lib/limit/turns.ts';
import { type Metrics, noMetrics } from './lib/metrics/metrics.ts';
import type { Readiness, ReadinessParts } from './lib/readiness.ts';
import type { Services } from './services/services.ts';
import type { Tracer } from './telemetry/tracing.ts';

/** The part of the configuration that the HTTP side needs. */
type AppConfig = Pick<
  Config,
  | 'bodyLimitBytes'
  | 'responseLimitBytes'
  | 'trustProxy'
  | 'publicUrl'
  | 'corsOrigins'
  | 'corsHeaders'
  | 'refreshTokenTtlMs'
  | 'graphql'
  | 'maxSocketsPerUser'
  | 'maxSubscriptionsPerSocket'
  | 'requestRate'
  | 'registrationOpen'
  | 'console'
  | 'consoleSimulator'
>;

/** Everything that the HTTP side depends on. */
export interface AppDeps {
  config: AppConfig;
  logger: FastifyBaseLogger;
  services: Services;
  clock: Clock;
  tracer: Tracer;
  /** @default nothing is counted */
  metrics?: Metrics;
  /** Calls the listener with the id of each session that ends; returns how to stop. */
  onSessionRevoked(listener: (sessionId: string) => void): () => void;
  /** The time over which the closing of sockets is spread at shutdown. */
  drainMs: number;
  /** A client that takes nothing of its answer for so long is disconnected. @default 60 s */
  unreadMs?: number;
  /** How far the shutdown of this process is. */
  shutdown: ShutdownSignals;
  /** Whether this process should get requests. */
  checkReadiness: () => Promise<Readiness>;
  /** How each part is, for administrators. @default they see what everyone sees */
  describeParts?: () => Promise<ReadinessParts>;
}

/** Builds the HTTP server: all plugins and routes, in the order in which they take effect. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, logger, services, checkReadiness, metrics = noMetrics } = deps;
  const { accounts } = services;
  const { persistedOperationsFile } = config.graphql;
  const persisted = persistedOperationsFile ? readPersistedOperations(persistedOperationsFile) : undefined;
  const registry = createConnectionRegistry(config.maxSocketsPerUser, deps.clock);
  metrics.sockets.read(registry.count);
  const places = createPlaces(deps.clock);
  const app = Fastify(serverOptions(config, logger));
  const { findRevoked } = accounts;
  const stopSweeping = sweepSessions({ registry, findRevoked, clock: deps.clock, logger });
  app.addHook('onClose', async () => stopSweeping());

  await app.register(traceRequests, { tracer: deps.tracer });
  await app.register(shutdown, { ...deps.shutdown, clock: deps.clock });
  deps.shutdown.cut.addEventListener('abort', () => registry.cutAll());
  await app.register(trustedOrigins, config);
  await app.register(viewers);
  await app.register(eventStreams);
  await app.register(requestLog, { metrics });
  await app.register(problemResponses);
  await app.register(securityHeaders);
  const routes = createRouteTable();
  await app.register(cors, { headers: config.corsHeaders, routes });
  const rate = config.requestRate && createLocalWindow(config.requestRate, deps.clock);
  await app.register(requestRate, { rate });
  await app.register(unrouted, { routes });
  await app.register(jsonOnly);
  await app.register(textInput);
  await app.register(unreadAnswers, { unreadMs: deps.unreadMs ?? UNREAD_MS });

  await app.register(async (rest) => {
    rest.setValidatorCompiler(validatorCompiler);
    rest.setSerializerCompiler(serializerCompiler);
    rest.addHook('preValidation', refuseMalformedBody);
    await rest.register(entityTags);
    await rest.register(openapi);

    await rest.register(healthRoutes, { checkReadiness, describeParts: deps.describeParts, services });
    await rest.register(jwksRoute, { accounts });
    await rest.register(authRoutes, { services, sessionTtlMs: config.refreshTokenTtlMs });
    await rest.register(tokenRoute, { services });

    await rest.register(async (signedIn) => {
      signedIn.addHook('onRequest', authenticate(services));
      signedIn.addHook('preHandler', waitForPlace(places));
      signedIn.addHook('onSend', limitAnswers(config.responseLimitBytes));
      signedIn.addHook('onRoute', (route) => {
        route.config = { ...route.config, requiresToken: true };
      });
      await signedIn.register(meRoutes, { services });
      await signedIn.register(sessionRoutes, { services });
      await signedIn.register(userRoutes, { services });
      await signedIn.register(serviceAccountRoutes, { services });
      await signedIn.register(auditRoute, { services });
      await signedIn.register(upstreamDriftRoute, { services });
      await signedIn.register(encryptionKeysRoute, { services });
      await signedIn.register(credentialRoutes, { services });
      await signedIn.register(webhookRoutes, { services });
      await signedIn.register(agentRoutes, { services });
      await signedIn.register(taskRoutes, { services });
      await signedIn.register(deploymentRoutes, { services });
      await signedIn.register(transcriptRoute, { services });
      await signedIn.register(usageRoute, { services });
      await signedIn.register(budgetRoutes, { services });
      await signedIn.register(aiTaskRoutes, { services });
      await signedIn.register(aiTaskRunRoutes, { services });
      const streaming = { services, registry, clock: deps.clock };
      await signedIn.register(aiTaskListEventRoutes, streaming);
      await signedIn.register(eventRoutes, streaming);
      await signedIn.register(chatRoute, { services });
      await signedIn.register(chatStreamRoutes, streaming);
    });
  });

  await app.register(graphql, {
    ...deps,
    metrics,
    places,
    turns: createTurns(setImmediate),
    limits: { ...config.graphql, persisted, maxResponseBytes: config.responseLimitBytes },
    graphiql: config.graphql.graphiql,
    isBehindProxy: config.trustProxy !== undefined,
    addressOf: createAddressOf(config.trustProxy),
    registry,
    maxSubscriptionsPerSocket: config.maxSubscriptionsPerSocket,
    maxMessageBytes: config.bodyLimitBytes,
  });
  if (config.console) {
    await app.register(consolePage, {
      facts: { isRegistrationOpen: config.registrationOpen, simulator: config.consoleSimulator },
    });
  }

  return app;
}
