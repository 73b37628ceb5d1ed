import { type Guard, type GuardLimit, parseWarned } from '../../domain/deployment-guard.ts';
import { stopCauseOf } from '../../domain/end-reason.ts';
import type { ObservedDeployment } from '../../domain/observed.ts';
import { type JsonText, parseJson, toJson } from '../../lib/json.ts';
import type { DeploymentChange, ObservationChange } from '../../store/deployments/deployments.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { EventDraft } from '../log.ts';

/** Who owns a deployment, how it is polled, and what is enforced on it. */
export interface DeploymentOwnership {
  ownerId: string;
  credentialId: string;
  /** Null while it is unknown: only the task of the deployment names it. */
  organizationId: string | null;
  guard: JsonText<Guard> | null;
  /** How the gateway learned of the deployment; the reason of its first event. */
  reason: string | null;
  /** True when it may be refused, because the gateway did not make it. @default false */
  isMadeElsewhere?: boolean;
}

/** What `diff` needs to know besides the row and the observation. Times are ms since the epoch. */
export interface DiffContext {
  /** The time of the store. It counts only for an observation of the end. */
  nowMs: number;
  /** When the read began: stored as a time for people. */
  observedAtMs: number;
  /** Why polling the deployment is announced as degraded; null while it is not. */
  degradedReason: string | null;
  /** How long after the end its last messages may still appear. */
  lateMessagesMs: number;
}

/** What an observation changes in a stored deployment. */
export interface DeploymentDiff {
  columns: ObservationChange;
  /** In the order in which they are to be written. */
  events: EventDraft[];
  /** True when its status has changed. */
  hasChanged: boolean;
  /** True when polling has to begin again: the deployment runs and is not watched. */
  needsWatch: boolean;
}

/** How long after a prompt the upstream may still show the end from before the prompt. */
const REVIVAL_MS = 30_000;

/**
 * Compares an observation with the stored row.
 * @returns undefined when the observation is ignored: the deployment was deleted, or the observation shows the end from
 * before a prompt
 */
export function diff(
  row: DeploymentRow,
  observed: ObservedDeployment,
  { nowMs, observedAtMs, degradedReason, lateMessagesMs }: DiffContext,
): DeploymentDiff | undefined {
  if (row.isDeleted) return undefined;
  if (isEndBeforePrompt(row, observed, nowMs)) return undefined;

  const observedChange = {
    ...toObservedColumns(observed, row),
    observedAt: observedAtMs,
    isStale: 0 as const,
  };
  const hasEnded = observed.isTerminal && !row.isTerminal;
  const hasChanged = observed.status !== row.status || !isSameStatusWord(observed.rawStatus, row.rawStatus);
  const events: EventDraft[] = [];
  // Before the end: subscribers often leave at the end, and no event of the watch follows it.
  if (hasEnded && degradedReason !== null)
    events.push({ type: 'WATCH_RECOVERED', ...toEventDraft(row), reason: degradedReason });
  if (hasChanged) {
    const next = { ...row, ...observedChange };
    events.push({ type: 'STATUS_CHANGED', ...toEventDraft(next), previousStatus: row.status });
  }
  const settleAt = nowMs + (row.messagesWantedUntil > nowMs ? lateMessagesMs : 0);
  return {
    columns: {
      ...observedChange,
      ...(hasEnded && { settleAt, guardTripped: null, stopCause: stopCauseOf(row), transcriptDueAt: nowMs }),
      ...(!observed.isTerminal && row.isTerminal && { stopCause: null }),
    },
    events,
    hasChanged,
    needsWatch: !observed.isTerminal && !row.isWatched,
  };
}

/**
 * What an accepted prompt changes. The upstream answers that the run has started, so a deployment that had ended counts
 * as running from here (docs/upstream/quantconnect.md, Deployment requests).
 */
export function diffPrompt(
  row: DeploymentRow,
  nowMs: number,
): { columns: DeploymentChange; event: EventDraft } {
  const revived = row.isTerminal
    ? ({
        ...{
          status: 'RUNNING',
          rawStatus: 'Running',
          isTerminal: 0,
          runStartedAt: nowMs,
          stopCause: null,
          transcriptDueAt: 0,
        },
        ...(row.guardWarned !== null && { guardWarned: withoutTime(row.guardWarned) }),
      } as const)
    : {};
  return {
    columns: { ...revived, settleAt: nowMs + REVIVAL_MS },
    event: { type: 'PROMPTED', ...toEventDraft({ ...row, ...revived }), previousStatus: row.status },
  };
}

/** The limits that were warned of, without the one that a new execution starts anew. */
function withoutTime(guardWarned: JsonText<GuardLimit[]>): JsonText<GuardLimit[]> | null {
  const warned = parseWarned(guardWarned).filter((limit) => limit !== 'maxDurationSeconds');
  return warned.length === 0 ? null : toJson(warned);
}

/** The row of a deployment that is stored for the first time. */
export function toNewRow(
  ownership: DeploymentOwnership,
  observed: ObservedDeployment,
  { nowMs, observedAtMs }: Pick<DiffContext, 'nowMs' | 'observedAtMs'>,
): DeploymentRow {
  return {
    ownerId: ownership.ownerId,
    id: observed.id,
    credentialId: ownership.credentialId,
    organizationId: ownership.organizationId,
    guard: ownership.guard,
    ...toObservedColumns(observed),
    observedAt: observedAtMs,
    revision: 0,
    isStale: 0,
    isWatched: 0,
    messagesWantedUntil: 0,
    messagesReadAt: 0,
    // The end of a run that was begun here is also one that no poll has seen.
    transcriptDueAt: observed.isTerminal && ownership.reason === null ? nowMs : 0,
    settleAt: nowMs,
    isDeleted: 0,
    guardTripped: null,
    stopCause: null,
    guardWarned: null,
    inputTokens: 0,
    outputTokens: 0,
    turns: 0,
    createdAt: createdAtMs(observed, nowMs),
    runStartedAt: nowMs,
  };
}

/** A deployment that was created longer ago than this was not created through the gateway just now. */
const JUST_CREATED_MS = 60_000;

/**
 * By what an owner's deployments are sorted: the upstream's time for one that was found later, else the present time, which
 * has milliseconds.
 */
function createdAtMs({ createdAt }: ObservedDeployment, nowMs: number): number {
  const statedMs = createdAt == null ? Number.NaN : Date.parse(createdAt);
  return statedMs < nowMs - JUST_CREATED_MS ? statedMs : nowMs;
}

/** The part of an event that comes from the row. */
export function toEventDraft({
  id: deploymentId,
  taskId,
  status,
  rawStatus,
}: Pick<DeploymentRow, 'id' | 'taskId' | 'status' | 'rawStatus'>) {
  return { deploymentId, taskId, status, rawStatus };
}

/** The columns that come from an observation; fields that it leaves out keep their stored value. */
function toObservedColumns(observed: ObservedDeployment, row?: DeploymentRow) {
  const reset = observed.isTerminal ? {} : { endedAt: null };
  return {
    rawStatus: observed.rawStatus,
    status: observed.status,
    isTerminal: observed.isTerminal ? (1 as const) : (0 as const),
    taskId: observed.taskId ?? row?.taskId ?? null,
    state: toJson({ ...(row && parseJson(row.state)), ...reset, ...observed }),
  };
}

/**
 * True when the observation still shows the end from before the prompt that revived the deployment: the same status at
 * the same time. The upstream's times have seconds, so a short run can end in the second in which the last one ended.
 */
function isEndBeforePrompt(row: DeploymentRow, observed: ObservedDeployment, nowMs: number): boolean {
  if (row.isTerminal || !observed.isTerminal || nowMs >= row.settleAt) return false;
  const before = parseJson(row.state);
  return (
    observed.endedAt != null &&
    before.endedAt === observed.endedAt &&
    isSameStatusWord(before.rawStatus, observed.rawStatus)
  );
}

/** Case and punctuation of the upstream's word do not count as a change. */
function isSameStatusWord(one: string, other: string): boolean {
  return lettersOf(one) === lettersOf(other);
}

function lettersOf(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
