import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Config } from './config.ts';
import { graphql } from './http/graphql/plugin.ts';
import { createSocketRegistry } from './http/live/registry.ts';
import { sweepSessions } from './http/live/sweep.ts';
import { authenticate, viewers } from './http/plugins/authenticate.ts';
import { cors } from './http/plugins/cors.ts';
import { jsonOnly } from './http/plugins/json-only.ts';
import { problems } from './http/plugins/problems.ts';
import { requestLog } from './http/plugins/request-log.ts';
import { securityHeaders } from './http/plugins/security-headers.ts';
import { serverOptions } from './http/plugins/server-options.ts';
import { agentRoutes } from './http/rest/agents.ts';
import { aiTaskListEventRoutes } from './http/rest/ai-task-list-events.ts';
import { aiTaskListRoutes } from './http/rest/ai-task-lists.ts';
import { aiTaskRunRoutes } from './http/rest/ai-task-runs.ts';
import { aiTaskRoutes } from './http/rest/ai-tasks.ts';
import { auditRoute } from './http/rest/audit.ts';
import { authRoutes } from './http/rest/auth.ts';
import { credentialRoutes } from './http/rest/credentials.ts';
import { deploymentRoutes } from './http/rest/deployments.ts';
import { eventRoutes } from './http/rest/events.ts';
import { healthRoutes } from './http/rest/health.ts';
import { jwksRoute } from './http/rest/jwks.ts';
import { meRoutes } from './http/rest/me.ts';
import { openapi } from './http/rest/openapi.ts';
import { serviceAccountRoutes } from './http/rest/service-accounts.ts';
import { sessionRoutes } from './http/rest/sessions.ts';
import { taskRoutes } from './http/rest/tasks.ts';
import { tokenRoute } from './http/rest/token.ts';
import { eventStreams } from './http/sse/admit.ts';
import type { Clock } from './lib/clock.ts';
import { readPersistedOperations } from './persisted-operations.ts';
import type { Services } from './services/services.ts';

/** What of the configuration the HTTP side needs. */
type AppConfig = Pick<
  Config,
  | 'bodyLimitBytes'
  | 'trustProxy'
  | 'corsOrigins'
  | 'refreshTokenTtlMs'
  | 'graphql'
  | 'maxSocketsPerUser'
  | 'maxSubscriptionsPerSocket'
>;

/** Everything the HTTP side is handed. */
export interface AppDeps {
  config: AppConfig;
  log: FastifyBaseLogger;
  services: Services;
  clock: Clock;
  /** Calls back with the id of each session that ends. */
  onSessionEnded(listener: (sessionId: string) => void): () => void;
  /** Over how long the goodbyes to sockets are spread at shutdown. */
  drainMs: number;
  /** Whether this process should be sent requests. */
  isReady: () => Promise<boolean>;
}

/** Builds the HTTP server: every plugin and route, in the order in which they take effect. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, log, services, isReady } = deps;
  const { accounts } = services;
  const { persistedOperationsFile } = config.graphql;
  const persisted = persistedOperationsFile ? readPersistedOperations(persistedOperationsFile) : undefined;
  const registry = createSocketRegistry(config.maxSocketsPerUser, deps.clock);
  const app = Fastify(serverOptions(config, log));
  const { endedAmong } = accounts;
  const stopSweeping = sweepSessions({ registry, endedAmong, clock: deps.clock, log });
  app.addHook('onClose', async () => stopSweeping());

  await app.register(viewers, { trustedOrigins: config.corsOrigins });
  await app.register(eventStreams);
  await app.register(requestLog);
  await app.register(problems);
  await app.register(securityHeaders);
  await app.register(cors, { origins: config.corsOrigins });
  await app.register(jsonOnly);

  await app.register(async (rest) => {
    rest.setValidatorCompiler(validatorCompiler);
    rest.setSerializerCompiler(serializerCompiler);
    await rest.register(openapi);

    await rest.register(healthRoutes, { isReady });
    await rest.register(jwksRoute, { accounts });
    await rest.register(authRoutes, { services, sessionTtlMs: config.refreshTokenTtlMs });
    await rest.register(tokenRoute, { services });

    await rest.register(async (signedIn) => {
      signedIn.addHook('onRequest', authenticate(accounts));
      signedIn.addHook('onRoute', (route) => {
        route.config = { ...route.config, isSignedIn: true };
      });
      await signedIn.register(meRoutes, { services });
      await signedIn.register(sessionRoutes, { services });
      await signedIn.register(serviceAccountRoutes, { services });
      await signedIn.register(auditRoute, { services });
      await signedIn.register(credentialRoutes, { services });
      await signedIn.register(agentRoutes, { services });
      await signedIn.register(taskRoutes, { services });
      await signedIn.register(deploymentRoutes, { services });
      await signedIn.register(aiTaskRoutes, { services });
      await signedIn.register(aiTaskListRoutes, { services });
      await signedIn.register(aiTaskRunRoutes, { services });
      const streaming = { services, registry, clock: deps.clock };
      await signedIn.register(aiTaskListEventRoutes, streaming);
      await signedIn.register(eventRoutes, streaming);
    });
  });

  await app.register(graphql, {
    ...deps,
    limits: { ...config.graphql, persisted },
    graphiql: config.graphql.graphiql,
    corsOrigins: config.corsOrigins,
    registry,
    maxSubscriptionsPerSocket: config.maxSubscriptionsPerSocket,
    maxMessageBytes: config.bodyLimitBytes,
  });

  return app;
}
