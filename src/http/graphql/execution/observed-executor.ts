import type { Clock } from '../../../lib/clock.ts';
import type { Metrics } from '../../../lib/metrics/metrics.ts';
import { toErrorCode } from '../format-error.ts';
import type { Executor, Outcome } from './executor.ts';
import type { Operation } from './operation.ts';

/** Measures the operations of all transports, by the code of their first error. */
export function observeExecutor(
  executor: Executor,
  {
    metrics,
    clock,
    nameOf,
  }: { metrics: Metrics; clock: Pick<Clock, 'steadyMs'>; nameOf(operation: Operation): string },
): Executor {
  const measured = async <T>(
    operation: Operation,
    run: () => Promise<T>,
    outcomeOf: (result: T) => string,
  ): Promise<T> => {
    const startedAtMs = clock.steadyMs();
    let outcome = 'INTERNAL';
    try {
      const result = await run();
      outcome = outcomeOf(result);
      return result;
    } catch (error) {
      outcome = toErrorCode(error);
      throw error;
    } finally {
      metrics.graphqlOperationSeconds.observe(
        { operation_type: operation.type, operation_name: nameOf(operation), outcome },
        (clock.steadyMs() - startedAtMs) / 1_000,
      );
    }
  };

  return {
    run: (operation) => measured(operation, () => executor.run(operation), outcomeOfRun),
    subscribe: (operation) =>
      measured(
        operation,
        () => executor.subscribe(operation),
        (result) => (Symbol.asyncIterator in result ? 'ok' : outcomeOfErrors(result.errors)),
      ),
  };
}

function outcomeOfRun(outcome: Outcome): string {
  return 'refusal' in outcome ? outcome.refusal.code : outcomeOfErrors(outcome.result.errors);
}

function outcomeOfErrors(errors: readonly Error[] | undefined): string {
  const [first] = errors ?? [];
  return first === undefined ? 'ok' : toErrorCode(first);
}
