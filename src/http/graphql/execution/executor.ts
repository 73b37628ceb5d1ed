import { createSourceEventStream, type ExecutionResult, execute, type GraphQLSchema, Kind } from 'graphql';
import type { GatewayError } from '../../../errors.ts';
import { mapAsync } from '../../../lib/async-iterables.ts';
import type { Turns } from '../../../lib/limit/turns.ts';
import type { Services } from '../../../services/services.ts';
import type { Tracer } from '../../../telemetry/tracing.ts';
import { createContext, type GraphQLContext } from '../context.ts';
import { getOperation } from '../documents/request.ts';
import type { Engine } from '../engine.ts';
import { addIncompletePaths } from '../incomplete-lists.ts';
import type { Operation, PlacedOperation } from './operation.ts';
import type { ResolvedFields } from './selected.ts';
import type { SharedResults } from './shared-results.ts';
import { traceDeliveries } from './traced-deliveries.ts';
import { createUsage, type OperationLimits, responseTooLarge } from './usage.ts';

/** What became of an operation: a result, or the limit that has ended it. */
export type Outcome = { result: ExecutionResult } | { refusal: GatewayError };

/** The events of a subscription. `return` ends it at once, even while `next` waits. */
export type Results = AsyncIterableIterator<ExecutionResult, void, void>;

/** Runs the operations of every transport, each within the limits. */
export interface Executor {
  /** A query or mutation. The result is not larger than the limit. */
  run(operation: PlacedOperation): Promise<Outcome>;
  /** @returns the errors when nothing can be subscribed to. The events throw the limit that one of them exceeds */
  subscribe(operation: Operation): Promise<ExecutionResult | Results>;
}

export interface ExecutorDeps {
  schema: GraphQLSchema;
  /** What `countFields` has found. */
  resolved: ResolvedFields;
  engine: Engine;
  services: Services;
  limits: OperationLimits;
  turns: Turns;
  sharedResults: SharedResults;
  tracer: Tracer;
}

/** Most errors of one answer. */
const MAX_ERRORS = 100;

/** Escapes, and characters of several bytes, make an answer larger than what `Usage` counts, but never so many times. */
const MOST_GROWTH = 16;

export function createExecutor({
  schema,
  resolved,
  engine,
  services,
  limits,
  turns,
  sharedResults,
  tracer,
}: ExecutorDeps): Executor {
  const contextOf = ({ viewer, type }: Operation): GraphQLContext => {
    const usage = createUsage(limits, turns, viewer.userId);
    return createContext(viewer, type, { services, resolved, usage });
  };

  const finish = async (
    result: ExecutionResult,
    context: GraphQLContext,
    place?: PlacedOperation['place'],
  ): Promise<Outcome> => {
    const { usage } = context;
    const refusal = usage.refusal();
    if (refusal !== undefined) return { refusal };
    const whole = withFewErrors(addIncompletePaths(result, context));
    if (usage.bytes() * MOST_GROWTH > limits.maxResponseBytes) {
      await place?.growLarge();
      // To write a large answer is long work, too.
      await usage.takeTurn();
      const bytes = Buffer.byteLength(JSON.stringify(whole));
      if (bytes > limits.maxResponseBytes) return { refusal: responseTooLarge(limits) };
    }
    return { result: whole };
  };

  return {
    async run(operation) {
      const context = contextOf(operation);
      return finish(await engine(operation, context), context, operation.place);
    },

    async subscribe(operation) {
      const { document, operationName, variables, viewer } = operation;
      const args = { schema, document, operationName, variableValues: variables };
      // The source lives as long as the subscription: its calls upstream are not those of one event.
      const contextValue = { ...contextOf(operation), viewer };
      const source = await createSourceEventStream({ ...args, contextValue });
      if (!(Symbol.asyncIterator in source)) return source;
      const audience = sharedResults.audienceOf(operation);
      const deliver = traceDeliveries(tracer, rootFieldOf(operation));
      const resultOf = async (event: unknown): Promise<ExecutionResult> => {
        const context = contextOf(operation);
        const result = await execute({ ...args, rootValue: event, contextValue: context });
        const outcome = await finish(result, context);
        if ('refusal' in outcome) throw outcome.refusal;
        return outcome.result;
      };
      return mapAsync(source[Symbol.asyncIterator]() as AsyncIterableIterator<unknown, void, void>, (event) =>
        deliver(event, () => sharedResults.get(event, audience, () => resultOf(event))),
      );
    },
  };
}

/** The result with at most `MAX_ERRORS` errors; `extensions.omittedErrors` says how many more there were. */
function withFewErrors(result: ExecutionResult): ExecutionResult {
  const { errors, extensions } = result;
  if (errors === undefined || errors.length <= MAX_ERRORS) return result;
  return {
    ...result,
    errors: errors.slice(0, MAX_ERRORS),
    extensions: { ...extensions, omittedErrors: errors.length - MAX_ERRORS },
  };
}

/** The field that a subscription follows. */
function rootFieldOf({ document, operationName }: Operation): string | undefined {
  const field = getOperation(document, operationName).selectionSet.selections[0];
  return field?.kind === Kind.FIELD ? field.name.value : undefined;
}
