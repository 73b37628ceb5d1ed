import { badUserInput } from '../../errors.ts';
import { assertValid, checkPage } from './input.ts';

/** Items of a page for which the client names no number. */
export const DEFAULT_PAGE = 100;

/** One page of a list that can grow. */
export interface Page<Node> {
  nodes: Node[];
  /** Pass `endCursor` as `after` to get the next page; null when the list has ended before it began. */
  pageInfo: PageInfo;
}

export interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

/** Which page of a list. */
export interface PageRequest {
  after?: string | null | undefined;
  first?: number | null | undefined;
}

/** A list whose items may be those of a page. */
export type Paged<List> = List & { pageInfo: PageInfo };

/** Where a page begins in a list that is sorted by a number, then by an id: after this element. */
export interface SortKey {
  at: number;
  id: string;
}

/**
 * Makes a page of what was read: one row more than the page has, if there are so many.
 * @param after the cursor of the request: an empty page ends where it began
 */
export function toPage<Row>(
  rows: readonly Row[],
  first: number,
  cursorOf: (row: Row) => string,
  after: string | null = null,
): Page<Row> {
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: last === undefined ? after : cursorOf(last),
    },
  };
}

/** The cursor of an element: opaque to clients, base64url. */
export function encodeCursor({ at, id }: SortKey): string {
  return Buffer.from(`${at}:${id}`).toString('base64url');
}

/** @throws GatewayError `BAD_USER_INPUT` for what cannot be a cursor */
export function decodeCursor(after: string | null | undefined): SortKey | undefined {
  if (after == null) return undefined;
  const text = Buffer.from(after, 'base64url').toString();
  const [, at, id] = /^(\d{1,16}):(\P{Cc}{1,256})$/u.exec(text) ?? [];
  if (at === undefined || id === undefined || encodeCursor({ at: Number(at), id }) !== after) {
    throw badUserInput({ path: 'after', message: 'is not a cursor of this list' });
  }
  return { at: Number(at), id };
}

/**
 * A page of a short list that was read whole, sorted by its key, then by id.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function pageOfAll<Item>(
  items: readonly Item[],
  { after, first }: PageRequest,
  keyOf: (item: Item) => SortKey,
  order: 'newest' | 'oldest',
): Page<Item> {
  assertValid([checkPage(first)]);
  const cursor = decodeCursor(after);
  const sign = order === 'oldest' ? 1 : -1;
  const isLater = ({ at, id }: SortKey): boolean =>
    cursor === undefined || (at === cursor.at ? id > cursor.id : sign * (at - cursor.at) > 0);
  const rest = items.filter((item) => isLater(keyOf(item)));
  return toPage(rest, first ?? DEFAULT_PAGE, (item) => encodeCursor(keyOf(item)), after);
}

/**
 * Checks a request for a page of a list that the upstream gives whole. Returns what cuts the page out of it, in the upstream's
 * order; without `first` all that is left. The cursor names an item and its place: if the item is gone by then, the page begins
 * at its place.
 * @throws GatewayError `BAD_USER_INPUT`
 */
export function pagerOf({
  after,
  first,
}: PageRequest): <Item extends { id: string }>(items: readonly Item[]) => Page<Item> {
  assertValid([checkPage(first)]);
  const cursor = decodeCursor(after);
  return (items) => {
    const place = items.findIndex(({ id }) => id === cursor?.id);
    const begin = place === -1 ? (cursor?.at ?? 0) : place + 1;
    const rest = items.slice(begin).map((item, index) => ({ item, key: { at: begin + index, id: item.id } }));
    const { nodes, pageInfo } = toPage(rest, first ?? rest.length, ({ key }) => encodeCursor(key), after);
    return { nodes: nodes.map(({ item }) => item), pageInfo };
  };
}
