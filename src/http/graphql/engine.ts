import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import mercurius from 'mercurius';

/** How many compiled documents are cached; the same number as that of prepared documents. */
const COMPILED_DOCUMENTS = 200;

/**
 * Registers the engine of queries and mutations over HTTP: `app.graphql(text, context, variables, operationName)`. It
 * executes only documents that `prepare` has accepted, so its own routes and sockets are off.
 */
export async function registerEngine(app: FastifyInstance, schema: GraphQLSchema): Promise<void> {
  await app.register(mercurius, {
    schema,
    routes: false,
    subscription: false,
    jit: 1,
    cache: COMPILED_DOCUMENTS,
    // The route formats errors, because it has the request id.
    errorFormatter: (execution) => ({
      statusCode: 200,
      response: { data: execution.data ?? null, errors: execution.errors as never },
    }),
  });
}
