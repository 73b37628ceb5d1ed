import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import mercurius from 'mercurius';

/** Documents compiled to functions and kept; the same bound as the documents found good. */
const COMPILED_DOCUMENTS = 200;

/**
 * The engine of queries and mutations over HTTP: `app.graphql(text, context, variables, operationName)`. It only
 * ever sees documents that `prepare` let through, so its own routes, sockets and error cache stay off.
 */
export async function registerEngine(app: FastifyInstance, schema: GraphQLSchema): Promise<void> {
  await app.register(mercurius, {
    schema,
    routes: false,
    subscription: false,
    jit: 1,
    cache: COMPILED_DOCUMENTS,
    // Errors are rendered by the route, which knows the request.
    errorFormatter: (execution) => ({
      statusCode: 200,
      response: { data: execution.data ?? null, errors: execution.errors as never },
    }),
  });
}
