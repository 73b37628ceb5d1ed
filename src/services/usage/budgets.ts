import type { BudgetAction, BudgetPeriod } from '../../domain/budget.ts';
import { presentPeriod, resetsAt } from '../../domain/budget.ts';
import { badUserInput, notFound } from '../../errors.ts';
import { type Bus, WATCH_STREAM } from '../../events/bus.ts';
import type { EventLog } from '../../events/log.ts';
import type { BudgetCheckDeps } from '../../events/writers/budget-check.ts';
import { enforceBudget } from '../../events/writers/budgets.ts';
import { toJson } from '../../lib/json.ts';
import type { Random } from '../../lib/random.ts';
import type { BudgetRow } from '../../store/schema/index.ts';
import { readTimeMs } from '../../store/store.ts';
import {
  budgetsOf,
  coveredDeployments,
  deleteBudget,
  newestRunOf,
  saveBudget,
  usedTokens,
  wakeBudgeted,
} from '../../store/usage/budgets.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import { assertValid, check, checkText } from '../common/input.ts';

/** A budget, and what of it is used in the present period. */
export interface BudgetView {
  id: string;
  period: BudgetPeriod;
  maxTokens: number;
  /** Input and output tokens; of a budget for runs, those of the newest run of the list. */
  usedTokens: number;
  taskId: string | null;
  taskListId: string | null;
  onReached: BudgetAction;
  warnAt: number;
  /** RFC 3339; null for a budget of runs. */
  resetsAt: string | null;
}

export interface BudgetInput {
  period: BudgetPeriod;
  maxTokens: number;
  taskId?: string | null | undefined;
  taskListId?: string | null | undefined;
  /** @default STOP_STARTING */
  onReached?: BudgetAction | null | undefined;
  /** @default 0.8 */
  warnAt?: number | null | undefined;
}

/** The caller's budgets of tokens. */
export interface Budgets {
  /** Oldest first, at most 100. */
  list(viewer: Viewer): Promise<BudgetView[]>;
  /** Stores a budget in place of the one for the same period, task and list. @throws GatewayError `BAD_USER_INPUT` */
  set(viewer: Viewer, input: BudgetInput): Promise<BudgetView>;
  /** @throws GatewayError `NOT_FOUND` */
  remove(viewer: Viewer, id: string): Promise<string>;
}

/** Most budgets of one user: each is compared with every deployment. */
const MAX_BUDGETS = 100;
const MAX_ID = 128;

export interface BudgetsDeps extends BudgetCheckDeps {
  eventLog: EventLog;
  bus: Bus;
  random: Pick<Random, 'uuid'>;
}

export function createBudgets(deps: BudgetsDeps): Budgets {
  const { store, clock, eventLog, bus, random } = deps;

  const toView = async (row: BudgetRow): Promise<BudgetView> => {
    const nowMs = await readTimeMs(store, clock.evenMs());
    const runId = row.period === 'RUN' ? await newestRunOf(store.db, row.ownerId, row.taskListId) : null;
    return {
      ...{ id: row.id, period: row.period, maxTokens: row.maxTokens },
      usedTokens: await usedTokens(store.db, row, presentPeriod(row, nowMs, runId ?? null)),
      ...{ taskId: row.taskId || null, taskListId: row.taskListId || null },
      ...{ onReached: row.onReached, warnAt: row.warnAt, resetsAt: resetsAt(row, nowMs) },
    };
  };

  return {
    async list(viewer) {
      authorize(viewer, 'read');
      return Promise.all((await budgetsOf(store.db, viewer.userId)).map(toView));
    },

    async set(viewer, input) {
      authorize(viewer, 'deploy');
      const row = toRow(viewer.userId, random.uuid(), input);
      const saved = await eventLog.write(row.ownerId, async (tx, emit) => {
        const nowMs = await eventLog.readTimeMs(tx);
        const stored = await saveBudget(tx, { ...row, createdAt: nowMs });
        if (stored.id === row.id && (await budgetsOf(tx, row.ownerId)).length > MAX_BUDGETS)
          throw badUserInput({ path: 'period', message: `there are ${MAX_BUDGETS} budgets already` });
        const runId = await newestRunOf(tx, row.ownerId, row.taskListId);
        const period = presentPeriod(stored, nowMs, runId ?? null);
        const [newest] = await coveredDeployments(tx, stored, period);
        // The budget may be used up already.
        if (newest !== undefined)
          await enforceBudget(tx, emit, { budget: stored, period, row: newest }, eventLog.time());
        await wakeBudgeted(tx, row.ownerId, eventLog.time());
        return stored;
      });
      bus.publish(WATCH_STREAM, 0);
      return toView(saved);
    },

    async remove(viewer, id) {
      authorize(viewer, 'deploy');
      await eventLog.write(viewer.userId, async (tx) => {
        if (!(await deleteBudget(tx, viewer.userId, id))) throw notFound('Budget');
        await wakeBudgeted(tx, viewer.userId, eventLog.time());
      });
      bus.publish(WATCH_STREAM, 0);
      return id;
    },
  };
}

/** @throws GatewayError `BAD_USER_INPUT` that names every wrong field */
function toRow(
  ownerId: string,
  id: string,
  { period, maxTokens, taskId, taskListId, onReached, warnAt }: BudgetInput,
): Omit<BudgetRow, 'createdAt'> {
  assertValid([
    check(Number.isSafeInteger(maxTokens) && maxTokens >= 1, 'maxTokens', 'must be at least 1'),
    check(warnAt == null || (warnAt > 0 && warnAt <= 1), 'warnAt', 'must be above 0 and at most 1'),
    check(period !== 'RUN' || taskListId != null, 'taskListId', 'is needed for a budget of runs'),
    checkText(taskId, 'taskId', MAX_ID),
    checkText(taskListId, 'taskListId', MAX_ID),
  ]);
  return {
    ...{ id, ownerId, period, maxTokens, marks: toJson([]), warnAt: warnAt ?? 0.8 },
    ...{ taskId: taskId ?? '', taskListId: taskListId ?? '', onReached: onReached ?? 'STOP_STARTING' },
  };
}

/** Adds the changes of budgets to the audit log. */
export function auditBudgets(budgets: Budgets, audited: Audited): Budgets {
  return {
    ...budgets,
    set: audited('BUDGET_SET', budgets.set),
    remove: audited('BUDGET_DELETE', budgets.remove),
  };
}
