import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../lib/clock.ts';
import type { Turns } from '../../lib/limit/turns.ts';
import type { Metrics } from '../../lib/metrics/metrics.ts';
import type { Services } from '../../services/services.ts';
import type { Tracer } from '../../telemetry/tracing.ts';
import type { AddressOf } from '../live/client-address.ts';
import type { ConnectionRegistry } from '../live/registry.ts';
import type { Places } from '../plugins/places.ts';
import { createPrepare, type GraphQLLimits } from './documents/prepare.ts';
import { createEngine } from './engine.ts';
import { countFields } from './execution/count-fields.ts';
import { createExecutor } from './execution/executor.ts';
import { observeExecutor } from './execution/observed-executor.ts';
import { createOperationNames } from './execution/operation-names.ts';
import { createSharedResults } from './execution/shared-results.ts';
import { traceExecutor } from './execution/traced-executor.ts';
import { traceResolvers } from './execution/traced-resolvers.ts';
import type { OperationLimits } from './execution/usage.ts';
import { graphiqlPage } from './graphiql.ts';
import { createSchema } from './schema.ts';
import { graphqlOverHttp } from './transports/http.ts';
import { createSockets } from './transports/sockets/server.ts';
import { acceptUpgrades } from './transports/sockets/upgrade.ts';
import { createUpgradeSessions } from './transports/sockets/upgrade-session.ts';
import { graphqlOverSse } from './transports/sse.ts';

export interface GraphQLOptions {
  services: Services;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  places: Places;
  /** Of long work, of all operations. */
  turns: Turns;
  limits: GraphQLLimits & OperationLimits;
  graphiql: boolean;
  isBehindProxy: boolean;
  addressOf: AddressOf;
  /** All open sockets and event streams, by user. */
  registry: ConnectionRegistry;
  maxSubscriptionsPerSocket: number;
  maxMessageBytes: number;
  /** Over how long closing the sockets is spread at shutdown. */
  drainMs: number;
  /** Calls the listener with the id of each session that is revoked. @returns a function that removes the listener */
  onSessionRevoked(listener: (sessionId: string) => void): () => void;
}

/** GraphQL over HTTP, event streams and sockets, with one schema, one validation of documents and one format of errors. */
export async function graphql(app: FastifyInstance, options: GraphQLOptions): Promise<void> {
  const { clock } = options;
  const schema = createSchema();
  const prepare = createPrepare(schema, options.limits);

  const resolved = countFields(schema);
  traceResolvers(schema, options.tracer);
  const engine = await createEngine(app, schema);
  const sharedResults = createSharedResults(clock);
  const executor = observeExecutor(
    traceExecutor(createExecutor({ ...options, schema, resolved, engine, sharedResults }), options.tracer),
    { metrics: options.metrics, clock, nameOf: createOperationNames(options.limits.persisted !== undefined) },
  );
  await app.register(graphqlOverHttp, { ...options, prepare, executor });
  await app.register(graphqlOverSse, { ...options, prepare, executor });
  if (options.graphiql) await app.register(graphiqlPage);

  const upgradeSessions = createUpgradeSessions(options.services, options.addressOf);
  const sockets = createSockets({
    ...options,
    upgradeSessions,
    requestRate: app.requestRate,
    schema,
    prepare,
    executor,
    logger: app.log,
    clock,
  });
  acceptUpgrades(app, sockets, { ...options, upgradeSessions });
  const stopListening = options.onSessionRevoked(sockets.registry.endSession);
  app.addHook('onClose', async () => stopListening());
}
