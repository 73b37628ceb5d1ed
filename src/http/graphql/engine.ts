import type { FastifyInstance } from 'fastify';
import { type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import mercurius from 'mercurius';
import type { GraphQLContext } from './context.ts';
import { CACHED_DOCUMENTS, isSmall } from './documents/cache.ts';
import type { Operation } from './execution/operation.ts';

/** Executes a query or mutation that `prepare` has accepted. */
export type Engine = (operation: Operation, context: GraphQLContext) => Promise<ExecutionResult>;

/** Creates the engine of all transports. It compiles documents and remembers them; its own routes and sockets are off. */
export async function createEngine(app: FastifyInstance, schema: GraphQLSchema): Promise<Engine> {
  await app.register(mercurius, {
    schema,
    routes: false,
    subscription: false,
    jit: 1,
    cache: CACHED_DOCUMENTS,
    // The transports format errors, because they have the request id.
    errorFormatter: (execution) => ({
      statusCode: 200,
      response: { data: execution.data ?? null, errors: execution.errors as never },
    }),
  });

  return async ({ text, document, variables, operationName }, context) => {
    // The engine remembers the text of every document that it gets.
    if (!isSmall(text))
      return execute({ schema, document, contextValue: context, variableValues: variables, operationName });
    try {
      // The engine adds what it needs to the context, which is of this operation alone. A copy would make the loaders.
      return await app.graphql(text, context as unknown as Record<string, unknown>, variables, operationName);
    } catch (error) {
      // The engine throws one error with a list of all invalid variables.
      const errors = error instanceof Error && 'errors' in error ? error.errors : undefined;
      if (!Array.isArray(errors) || !errors.every((one) => one instanceof GraphQLError)) throw error;
      return { errors };
    }
  };
}
