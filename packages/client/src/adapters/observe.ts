import type { QuantgateClient } from '../client.ts';

/** One operation as a GraphQL client hands it over. */
export interface ObservedOperation {
  query: string;
  variables: Record<string, unknown>;
  isSubscription: boolean;
}

/** One answer. `extensions.isAfterGap` is true when events before this one are no longer kept and were missed. */
export interface ObservedResult {
  data: Record<string, unknown>;
  extensions?: { isAfterGap: true };
}

/** Who is told of the answers, as observables of all libraries have it. */
export interface Observer {
  next(result: ObservedResult): void;
  error(error: unknown): void;
  complete(): void;
}

/** Carries out an operation, and tells of its answers until they end. @returns ends it, and tells nothing more */
export function observe(
  client: QuantgateClient,
  { query, variables, isSubscription }: ObservedOperation,
  observer: Observer,
): { unsubscribe(): void } {
  const ending = new AbortController();
  const { signal } = ending;
  const work = async (): Promise<void> => {
    if (!isSubscription) {
      const data = await client.send<Record<string, unknown>, typeof variables>(query, variables, { signal });
      if (!signal.aborted) observer.next({ data });
      return;
    }
    const items = client.subscribeResuming<Record<string, unknown>, typeof variables>(query, variables, {
      signal,
    });
    for await (const { item, isAfterGap } of items) {
      if (signal.aborted) return;
      observer.next({ data: item, ...(isAfterGap && { extensions: { isAfterGap } }) });
    }
  };
  work().then(
    () => signal.aborted || observer.complete(),
    (error: unknown) => signal.aborted || observer.error(error),
  );
  return { unsubscribe: () => ending.abort() };
}
