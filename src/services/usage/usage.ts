import { endOfPeriod, type UsageGroup } from '../../domain/usage.ts';
import type { Store } from '../../store/store.ts';
import { sumUsage, type UsageSum } from '../../store/usage/report.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize, authorizeAdmin } from '../common/authorize.ts';
import { assertValid, check, checkPage } from '../common/input.ts';
import { decodeCursor, encodeCursor, type Page, type PageRequest, toPage } from '../common/page.ts';

/** What the deployments of one group have used, as their conversations said last. */
export interface UsageView {
  /** `YYYY-MM-DD`, `YYYY-MM`, or the id of what it is grouped by. */
  key: string;
  /** RFC 3339: the beginning of the day or month; else of the asked range, or when the first one was created. */
  from: string;
  /** RFC 3339: the end of the day or month; else of the asked range, or when the last one was created. */
  to: string;
  deployments: number;
  inputTokens: number;
  outputTokens: number;
  turns: number;
  /** From start to end, summed over the executions that have ended. */
  seconds: number;
}

/** What is asked for. A deployment counts at the time at which it was created: from `from` on and before `to`. */
export interface UsageRequest extends PageRequest {
  groupBy: UsageGroup;
  /** RFC 3339, or a UTC day. */
  from?: string | null | undefined;
  to?: string | null | undefined;
  taskId?: string | null | undefined;
  taskListId?: string | null | undefined;
}

/** What the caller's deployments have used; for administrators also the sums of all users. */
export interface Usage {
  /**
   * Sums by group, in the order of their keys; 500 without `first`. Deleted deployments count too.
   * @throws GatewayError `BAD_USER_INPUT`; `FORBIDDEN` for `USER` unless the caller is an administrator
   */
  report(viewer: Viewer, request: UsageRequest): Promise<Page<UsageView>>;
}

/** Sums in a page for which the client names no number: more than the days of a year. */
const DEFAULT_SUMS = 500;

export function createUsage({ store }: { store: Pick<Store, 'db'> }): Usage {
  return {
    async report(viewer, { groupBy, from, to, taskId, taskListId, first, after }) {
      if (groupBy === 'USER') authorizeAdmin(viewer);
      else authorize(viewer, 'read');
      const fromMs = from == null ? undefined : Date.parse(from);
      const toMs = to == null ? undefined : Date.parse(to);
      assertValid([
        checkPage(first),
        check(!Number.isNaN(fromMs), 'from', 'must be a time in ISO 8601'),
        check(!Number.isNaN(toMs), 'to', 'must be a time in ISO 8601'),
        check(
          !(fromMs !== undefined && toMs !== undefined && fromMs > toMs),
          'to',
          'must not be before `from`',
        ),
      ]);
      const size = first ?? DEFAULT_SUMS;
      const filter = {
        ...{ ownerId: groupBy === 'USER' ? null : viewer.userId, fromMs, toMs },
        ...{ taskId: taskId ?? undefined, taskListId: taskListId ?? undefined },
      };
      const place = { after: decodeCursor(after)?.id, limit: size + 1 };
      const sums = await sumUsage(store.db, groupBy, filter, place);
      const { nodes, pageInfo } = toPage(sums, size, ({ key }) => encodeCursor({ at: 0, id: key }), after);
      return { nodes: nodes.map((sum) => toUsageView(sum, groupBy, { fromMs, toMs })), pageInfo };
    },
  };
}

function toUsageView(
  { key, firstAt, lastAt, ranMs, ...sums }: UsageSum,
  groupBy: UsageGroup,
  { fromMs, toMs }: { fromMs: number | undefined; toMs: number | undefined },
): UsageView {
  const isPeriod = groupBy === 'DAY' || groupBy === 'MONTH';
  const range = isPeriod
    ? { fromMs: Date.parse(key), toMs: endOfPeriod(key) }
    : { fromMs: fromMs ?? firstAt, toMs: toMs ?? lastAt };
  return {
    key,
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    ...sums,
    seconds: Math.round(ranMs / 1000),
  };
}
