import type { Restore } from './faults/restore.ts';
import type { ReachedStatus } from './upstream-history.ts';

/** An event as the log in the database has it. */
export interface LoggedEvent {
  seq: number;
  type: string;
  deploymentId: string;
  status: string;
  previousStatus: string | null;
  reason: string | null;
}

/** When an event was written, by the clock of the database; ms since the epoch. Its number is that time in microseconds. */
export function writtenMs({ seq }: Pick<LoggedEvent, 'seq'>): number {
  return seq / 1_000;
}

/** A subscriber with the numbers of all events it was sent, in their order, over all its connections. */
export interface Reader {
  name: string;
  owner: string;
  /** The deployment it follows to its end; without one it follows all deployments of its owner. */
  deploymentId?: string;
  seen: number[];
  /** The gateway completed its stream. */
  isComplete: boolean;
}

/** A deployment as it is upstream after the run, with the gateway's status. */
export interface UpstreamDeployment {
  id: string;
  owner: string;
  taskId: string;
  status: string;
  /** ms since the epoch. */
  createdMs: number;
  endedMs: number | null;
}

/** The use of one idempotency key. */
export interface KeyUse {
  key: string;
  owner: string;
  kind: 'task' | 'deployment' | 'prompt' | 'aiTask' | 'listRun';
  /** The deployed task, the prompted deployment, or the list that is run. */
  about?: string;
  /** The client sent the request once and never asked again; some of these requests had no key. */
  isAbandoned?: boolean;
  /** The `maxDurationSeconds` of the deployment's guard. */
  guardSeconds?: number;
  /** When it was sent first, and answered or sent last; ms since the epoch. */
  fromMs: number;
  toMs: number;
  /** The distinct ids in the answers. */
  answers: Set<string>;
  /** The ids of what was created upstream. */
  made: string[];
}

/** What is known after a run. */
export interface History {
  logs: Map<string, LoggedEvent[]>;
  /** What subscribers were sent under each event number, by owner. */
  delivered: Map<string, Map<number, string>>;
  readers: Reader[];
  upstream: UpstreamDeployment[];
  keys: KeyUse[];
  /** The statuses that each deployment reached upstream. */
  reached: Map<string, readonly ReachedStatus[]>;
  /** Polls that were written by replicas which had lost their lease. */
  staleWrites: string[];
  restores: Restore[];
  /** Events that were written and then lost by a restore, by owner. */
  lostEvents: Map<string, LoggedEvent[]>;
}

/** Violations of the guarantees, one text each; all lists must be empty. */
export interface Findings {
  lost: string[];
  doubled: string[];
  reordered: string[];
  doubleDeployments: string[];
}

/** The fields of an event that must be equal in the log and in every delivery. */
export function describeEvent(
  event: Pick<LoggedEvent, 'type' | 'deploymentId' | 'status' | 'previousStatus'>,
): string {
  return `${event.type} ${event.deploymentId} ${event.previousStatus ?? '-'} → ${event.status}`;
}

export const TERMINAL: ReadonlySet<string> = new Set(['COMPLETED', 'STOPPED', 'FAILED']);
