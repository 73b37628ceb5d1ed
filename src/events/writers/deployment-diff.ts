import type { DeploymentStatus } from '../../domain/deployment-status.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';

/**
 * A deployment as a look found it. A full read brings every fact, null included; a look through the task
 * list brings only these, and leaves out what it cannot tell.
 */
export interface ObservedDeployment {
  id: string;
  rawStatus: string;
  status: DeploymentStatus;
  isTerminal: boolean;
  taskId: string | null;
  endedAt?: string | null;
}

/** Where a deployment belongs and what is to be enforced on it. */
export interface DeploymentOwnership {
  ownerId: string;
  credentialId: string;
  /** Null when only the task can tell. */
  organizationId: string | null;
  /** JSON of the guard, or null. */
  guard: string | null;
  /** How the gateway came to know it, shown as the reason of its first event. */
  reason: string | null;
}

/** The row of a deployment that was not known before. */
export function newRow(
  custody: DeploymentOwnership,
  seen: ObservedDeployment,
  lookedAtMs: number,
  nowMs: number,
): DeploymentRow {
  return {
    ownerId: custody.ownerId,
    id: seen.id,
    credentialId: custody.credentialId,
    organizationId: custody.organizationId,
    guard: custody.guard,
    ...observedColumns(seen),
    observedAt: lookedAtMs,
    isStale: 0,
    isWatched: 0,
    messagesWantedUntil: 0,
    messagesReadAt: 0,
    settleAt: nowMs,
    isDeleted: 0,
    guardTripped: null,
    inputTokens: 0,
    outputTokens: 0,
    createdAt: nowMs,
    runStartedAt: nowMs,
  };
}

/** The columns a look decides. */
export function observedColumns(seen: ObservedDeployment, known?: DeploymentRow) {
  return {
    rawStatus: seen.rawStatus,
    status: seen.status,
    isTerminal: seen.isTerminal ? (1 as const) : (0 as const),
    taskId: seen.taskId ?? known?.taskId ?? null,
    state: JSON.stringify({ ...stateOf(known), ...(seen.isTerminal ? {} : { endedAt: null }), ...seen }),
  };
}

/** What an event says of a deployment. */
export function toEventDraft(row: DeploymentRow) {
  return {
    deploymentId: row.id,
    taskId: row.taskId,
    status: row.status,
    rawStatus: row.rawStatus,
  };
}

/** The same status word: the upstream's own case and punctuation are not a change. */
export function isSameStatusWord(one: string, other: string): boolean {
  return letters(one) === letters(other);
}

function letters(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** True when a look still shows the end from before the prompt that revived the deployment. */
export function isOldEnd(row: DeploymentRow, seen: ObservedDeployment): boolean {
  return !row.isTerminal && seen.isTerminal && seen.endedAt != null && stateOf(row).endedAt === seen.endedAt;
}

function stateOf(row: DeploymentRow | undefined): { endedAt?: string | null } {
  return row === undefined ? {} : JSON.parse(row.state);
}
