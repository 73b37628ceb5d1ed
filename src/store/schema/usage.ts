import type { Selectable } from 'kysely';
import type { BudgetAction, BudgetMark, BudgetPeriod } from '../../domain/budget.ts';
import type { JsonText } from '../../lib/json.ts';
import type { Fixed } from './columns.ts';

/** What one deployment has used. The row is kept when the deployment is deleted, here or upstream, and goes with its owner. */
export interface DeploymentUsageTable {
  ownerId: Fixed<string>;
  deploymentId: Fixed<string>;
  taskId: string | null;
  agentId: string | null;
  /** The list of AI tasks for which it ran; null for none. */
  taskListId: string | null;
  listRunId: string | null;
  /** The UTC day of `createdAt`, `YYYY-MM-DD`. */
  day: Fixed<string>;
  createdAt: Fixed<number>;
  /** When it began to run again after an end; null during its first execution. */
  resumedAt: number | null;
  inputTokens: number;
  outputTokens: number;
  turns: number;
  /** From start to end, summed over its executions that have ended. */
  ranMs: number;
}

export type DeploymentUsageRow = Selectable<DeploymentUsageTable>;

/** A budget of tokens; an owner has at most one for each period, task and list. */
export interface BudgetTable {
  id: Fixed<string>;
  ownerId: Fixed<string>;
  period: Fixed<BudgetPeriod>;
  /** '' for every task. */
  taskId: Fixed<string>;
  /** '' for every list, and for what belongs to none. */
  taskListId: Fixed<string>;
  maxTokens: number;
  onReached: BudgetAction;
  /** The share of `maxTokens` at which it is warned of. */
  warnAt: number;
  /** The periods of which the log has warned, the newest last. */
  marks: JsonText<BudgetMark[]>;
  createdAt: Fixed<number>;
}

export type BudgetRow = Selectable<BudgetTable>;
