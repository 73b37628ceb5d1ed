import type { QuantgateClient, RestRequest } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { keepPreviousData, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useToast } from './design/toast.tsx';

/** A page of a list, as every list that can grow is answered. */
export interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

/**
 * What a route of REST answers to `GET`. The last answer is shown while the next page is loading.
 * @param refreshMs asks again after so long, while the page is visible
 */
export function useRest<Result>(
  { path, query }: Pick<RestRequest, 'path' | 'query'>,
  { refreshMs = false }: { refreshMs?: number | false } = {},
): UseQueryResult<Result> {
  const client = useClient();
  return useQuery({
    queryKey: ['rest', path, query],
    queryFn: ({ signal }) => client.rest<Result>({ path, ...(query && { query }) }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
}

/** Something that the user does, and what came of it. */
export interface Act {
  isBusy: boolean;
  /** What the last try threw. */
  error: unknown;
  forget: () => void;
  /**
   * Does it, says so, and reads anew what is shown.
   * @param said undefined when the view says it in its own way
   * @returns whether it worked
   */
  run: (work: (client: QuantgateClient) => Promise<unknown>, said?: string) => Promise<boolean>;
}

/**
 * Does what a button or a form is for, and holds how that stands.
 * @param isShownByView with false, a failure is said by a message over the page
 * @param isReadAnew with false, the work itself says what has to be read anew
 */
export function useAct({ isShownByView = true, isReadAnew = true } = {}): Act {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    isBusy,
    error,
    forget: () => setError(undefined),
    async run(work, said) {
      setBusy(true);
      setError(undefined);
      try {
        await work(client);
        if (said !== undefined) say(said);
        if (isReadAnew) await queries.invalidateQueries();
        return true;
      } catch (problem) {
        setError(problem);
        if (!isShownByView) say(toLine(problem), { isBad: true });
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

function toLine(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const code = 'code' in problem ? ` (${String(problem.code)})` : '';
  return `${problem.message}${code}`;
}
