import type { GraphQLError } from 'graphql';
import { isGatewayError } from '../../../errors.ts';
import type { SpanOptions, Tracer } from '../../../telemetry/tracing.ts';
import { getOperation } from '../documents/request.ts';
import type { Executor } from './executor.ts';
import type { Operation } from './operation.ts';

/** What a caller names an operation; a longer name is no name. */
const MAX_NAME = 100;

function optionsOf({ document, type, operationName, traceHeaders }: Operation): SpanOptions {
  const name = getOperation(document, operationName).name?.value;
  const attributes = {
    'graphql.operation.type': type,
    'graphql.operation.name': name !== undefined && name.length <= MAX_NAME ? name : undefined,
  };
  // What comes over a socket belongs to no request: its own headers say whose trace it continues.
  return traceHeaders === undefined ? { attributes } : { attributes, isRoot: true, parent: traceHeaders };
}

function codeOf(errors: readonly GraphQLError[]): string {
  const original = errors.find(({ originalError }) => isGatewayError(originalError))?.originalError;
  return isGatewayError(original) ? original.code : 'GraphQLError';
}

/** Makes each operation a span. That of a subscription ends when it has begun: its deliveries are traces of their own. */
export function traceExecutor(executor: Executor, tracer: Tracer): Executor {
  if (!tracer.isOn) return executor;
  return {
    run: (operation) =>
      tracer.span(operation.type, optionsOf(operation), async (span) => {
        const outcome = await executor.run(operation);
        if ('refusal' in outcome) span.fail(outcome.refusal.code);
        else if (outcome.result.errors !== undefined) span.fail(codeOf(outcome.result.errors));
        return outcome;
      }),
    subscribe: (operation) =>
      tracer.span(operation.type, optionsOf(operation), async (span) => {
        const results = await executor.subscribe(operation);
        if ('errors' in results && results.errors !== undefined) span.fail(codeOf(results.errors));
        return results;
      }),
  };
}
