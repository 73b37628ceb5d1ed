import { useSearchParams } from 'wouter';
import type { PagingProps } from './table.tsx';

/** The filters and the page of a list, which are in the URL: a link to what is shown can be sent. */
export interface UrlState<Name extends string> {
  /** What is set; an empty text for what is not. */
  filters: Readonly<Record<Name, string>>;
  /** Sets a filter, and begins with the first page again. */
  setFilter: (name: Name, value: string) => void;
  /** The cursor of the page that is shown; undefined for the first. */
  after: string | undefined;
  /** What `Table` takes. */
  pagingOf: (pageInfo: { hasNextPage: boolean; endCursor?: string | null } | undefined) => PagingProps;
}

/** Reads and writes the filters of these names, and the page. */
export function useUrlState<Name extends string>(names: readonly Name[]): UrlState<Name> {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string | undefined, options?: { replace: boolean }): void =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (name !== 'after') next.delete('after');
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    }, options);
  const after = search.get('after') ?? undefined;
  return {
    filters: Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as Record<Name, string>,
    setFilter: (name, value) => set(name, value, { replace: true }),
    after,
    pagingOf: (pageInfo) => ({
      isFirst: after === undefined,
      hasNext: pageInfo?.hasNextPage ?? false,
      onFirst: () => set('after', undefined),
      onNext: () => set('after', pageInfo?.endCursor ?? undefined),
    }),
  };
}
