/** An event as the log in the database has it. */
export interface LoggedEvent {
  seq: number;
  type: string;
  deploymentId: string;
  status: string;
  previousStatus: string | null;
  reason: string | null;
}

/** A subscriber, and every event it was given, in the order it was given them, across all its connections. */
export interface Reader {
  name: string;
  owner: string;
  /** The deployment it follows to its end; without one, all of its owner's. */
  deploymentId?: string;
  seen: number[];
  /** It was told that there is nothing more to come. */
  isComplete: boolean;
}

/** A deployment as the upstream knows it in the end, its status in the gateway's words. */
export interface UpstreamDeployment {
  id: string;
  owner: string;
  status: string;
}

/** What was asked for with one idempotency key, until it was answered. */
export interface KeyUse {
  key: string;
  owner: string;
  kind: 'task' | 'deployment' | 'prompt';
  /** The task that was deployed, or the deployment that was prompted. */
  about?: string;
  /** What the answers said, each once. */
  answers: Set<string>;
  /** What came of it upstream. */
  made: string[];
}

/** All that is known after a run. */
export interface History {
  logs: Map<string, LoggedEvent[]>;
  /** What subscribers were told under an id, by owner. */
  told: Map<string, Map<number, string>>;
  readers: Reader[];
  upstream: UpstreamDeployment[];
  keys: KeyUse[];
  /** Looks that were recorded by replicas which had lost their lease. */
  staleWrites: string[];
}

/** What must be empty, with enough words to look into each case. */
export interface Findings {
  lost: string[];
  doubled: string[];
  reordered: string[];
  doubleDeployments: string[];
}

/** An event in short: what any two who speak of it must agree on. */
export const gist = (
  event: Pick<LoggedEvent, 'type' | 'deploymentId' | 'status' | 'previousStatus'>,
): string => `${event.type} ${event.deploymentId} ${event.previousStatus ?? '-'} → ${event.status}`;

export const TERMINAL: ReadonlySet<string> = new Set(['COMPLETED', 'STOPPED', 'FAILED']);
