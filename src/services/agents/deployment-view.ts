import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';

/** A deployment, the credential it was seen with, and how fresh that is. */
export type DeploymentView = Deployment & {
  /** Null once the credential was deleted. */
  credentialId: string | null;
  /** ISO 8601: when the gateway last saw it upstream. */
  observedAt: string;
  /** The last looks failed; the state is the last one seen. */
  isStale: boolean;
};

/** A deployment as it was just read. */
export function toFreshView(
  deployment: Deployment,
  credentialId: string,
  lookedAtMs: number,
): DeploymentView {
  return {
    ...deployment,
    credentialId,
    observedAt: new Date(lookedAtMs).toISOString(),
    isStale: false,
  };
}

/** A deployment as it is stored. What no look could tell yet is null. */
export function toStoredView(row: DeploymentRow): DeploymentView {
  return {
    agentId: null,
    model: null,
    prompt: null,
    projectId: null,
    runtimeError: null,
    createdAt: null,
    startedAt: null,
    endedAt: null,
    ...(JSON.parse(row.state) as Partial<Deployment>),
    id: row.id,
    rawStatus: row.rawStatus,
    status: row.status,
    isTerminal: row.isTerminal === 1,
    taskId: row.taskId,
    credentialId: row.credentialId,
    observedAt: new Date(row.observedAt).toISOString(),
    isStale: row.isStale === 1,
  };
}
