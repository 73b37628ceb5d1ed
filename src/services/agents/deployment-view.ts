import { type EndReason, endReasonOf } from '../../domain/end-reason.ts';
import { parseJson } from '../../lib/json.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import { type GuardView, toGuardView } from './guard.ts';

/** A deployment, the credential it was read with, and how fresh the state is. */
export type DeploymentView = Deployment & {
  /** Why it has ended; null while it has not. */
  endReason: EndReason | null;
  /** Its limits; null when it has none, or is not stored here. */
  guard: GuardView | null;
  /** Null after the credential was deleted. */
  credentialId: string | null;
  /** When the gateway last read it upstream; RFC 3339, UTC. */
  observedAt: string;
  /** True if the last reads failed: the state is the last one that was read. */
  isStale: boolean;
};

/** The fields of a stored deployment that no read has shown yet, or that an older version has not stored. */
export const NOTHING_READ = {
  agentId: null,
  model: null,
  prompt: null,
  projectId: null,
  versionId: null,
  machine: null,
  hostName: null,
  mcpTools: [] as string[],
  runtimeError: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  raw: null,
  incompleteLists: [] as readonly string[],
  isComplete: true,
};

/**
 * @param observedAtMs when the read began, in ms since the epoch
 * @param row what was stored before the read; `undefined` when nothing was
 */
export function toFreshView(
  deployment: Deployment,
  credentialId: string,
  observedAtMs: number,
  row: DeploymentRow | undefined,
): DeploymentView {
  return {
    ...deployment,
    endReason: endReasonOf(deployment, row),
    guard: row === undefined ? null : toGuardView(row),
    credentialId,
    observedAt: new Date(observedAtMs).toISOString(),
    isStale: false,
  };
}

/** A deployment as it is stored. Fields that no read has shown yet are null. */
export function toStoredView(row: DeploymentRow): DeploymentView {
  return {
    ...NOTHING_READ,
    ...parseJson(row.state),
    id: row.id,
    rawStatus: row.rawStatus,
    status: row.status,
    isTerminal: row.isTerminal === 1,
    endReason: endReasonOf({ status: row.status, isTerminal: row.isTerminal === 1 }, row),
    guard: toGuardView(row),
    taskId: row.taskId,
    credentialId: row.credentialId,
    observedAt: new Date(row.observedAt).toISOString(),
    isStale: row.isStale === 1,
  };
}
