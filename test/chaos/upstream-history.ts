import type { Simulator } from '../../simulator/index.ts';

/** The gateway's statuses by the upstream's. */
const STATUS: Readonly<Record<string, string>> = {
  InQueue: 'QUEUED',
  Running: 'RUNNING',
  Stopping: 'RUNNING',
  Completed: 'COMPLETED',
  Stopped: 'STOPPED',
  Failed: 'FAILED',
};

/** The gateway's word for a status of the upstream. */
export function statusOf(rawStatus: string): string {
  return STATUS[rawStatus] ?? rawStatus;
}

/** A status that a deployment had upstream from a time on; ms since the epoch. */
export interface ReachedStatus {
  status: string;
  fromMs: number;
}

/** Every status that a deployment reached upstream, as far as it lasted long enough to be sampled. */
export interface UpstreamHistory {
  /** The statuses of a deployment, oldest first. */
  of(deploymentId: string): readonly ReachedStatus[];
  /** The newest status of a deployment, at most `SAMPLE_MS` old. */
  newest(deploymentId: string): string | undefined;
  sample(): void;
}

const SAMPLE_MS = 200;

/** Samples when it is asked; call `sample` at intervals. */
export function createUpstreamHistory({ control }: Simulator): UpstreamHistory {
  const reached = new Map<string, ReachedStatus[]>();
  let sampledMs = 0;

  const sample = (): void => {
    const nowMs = Date.now();
    if (nowMs - sampledMs < SAMPLE_MS) return;
    sampledMs = nowMs;
    for (const { deploymentId, status: rawStatus } of control.state().deployments) {
      const statuses = reached.get(deploymentId) ?? [];
      if (statuses.length === 0) reached.set(deploymentId, statuses);
      const status = statusOf(rawStatus);
      if (statuses.at(-1)?.status !== status) statuses.push({ status, fromMs: nowMs });
    }
  };

  return {
    of: (deploymentId) => reached.get(deploymentId) ?? [],
    newest(deploymentId) {
      sample();
      return reached.get(deploymentId)?.at(-1)?.status;
    },
    sample,
  };
}
