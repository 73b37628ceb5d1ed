import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Config } from './config.ts';
import { graphql } from './http/graphql/plugin.ts';
import { authenticate, viewers } from './http/plugins/authenticate.ts';
import { cors } from './http/plugins/cors.ts';
import { jsonOnly } from './http/plugins/json-only.ts';
import { problems } from './http/plugins/problems.ts';
import { requestLog } from './http/plugins/request-log.ts';
import { securityHeaders } from './http/plugins/security-headers.ts';
import { serverOptions } from './http/plugins/server-options.ts';
import { authRoutes, logoutRoute } from './http/rest/auth.ts';
import { healthRoutes } from './http/rest/health.ts';
import { jwksRoute } from './http/rest/jwks.ts';
import { meRoute } from './http/rest/me.ts';
import type { Clock } from './lib/clock.ts';
import { readPersistedOperations } from './persisted-operations.ts';
import type { Services } from './services/services.ts';

/** What of the configuration the HTTP side needs. */
type AppConfig = Pick<
  Config,
  | 'bodyLimitBytes'
  | 'trustProxy'
  | 'corsOrigins'
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
export const buildApp = async (deps: AppDeps): Promise<FastifyInstance> => {
  const { config, log, services, isReady } = deps;
  const { accounts } = services;
  const { persistedOperationsFile } = config.graphql;
  const persisted = persistedOperationsFile ? readPersistedOperations(persistedOperationsFile) : undefined;
  const app = Fastify(serverOptions(config, log));

  await app.register(viewers);
  await app.register(requestLog);
  await app.register(problems);
  await app.register(securityHeaders);
  await app.register(cors, { origins: config.corsOrigins });
  await app.register(jsonOnly);

  await app.register(async (rest) => {
    rest.setValidatorCompiler(validatorCompiler);
    rest.setSerializerCompiler(serializerCompiler);

    await rest.register(healthRoutes, { isReady });
    await rest.register(jwksRoute, { accounts });
    await rest.register(authRoutes, { accounts });

    await rest.register(async (signedIn) => {
      signedIn.addHook('onRequest', authenticate(accounts));
      await signedIn.register(logoutRoute, { accounts });
      await signedIn.register(meRoute);
    });
  });

  await app.register(graphql, {
    ...deps,
    limits: { ...config.graphql, persisted },
    graphiql: config.graphql.graphiql,
    corsOrigins: config.corsOrigins,
    maxSocketsPerUser: config.maxSocketsPerUser,
    maxSubscriptionsPerSocket: config.maxSubscriptionsPerSocket,
    maxMessageBytes: config.bodyLimitBytes,
  });

  return app;
};
