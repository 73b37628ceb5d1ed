import type { DeploymentStatus } from '../../domain/deployment.ts';

/** Raw statuses without case and punctuation (docs/upstream/quantconnect.md, Deployment statuses). */
const SPELLINGS: Record<Exclude<DeploymentStatus, 'UNKNOWN'>, string> = {
  QUEUED: 'inqueue queued pending created initializing loggingin starting',
  RUNNING: 'running inprogress stopping cancelling aborting',
  COMPLETED: 'completed complete done',
  STOPPED: 'stopped liquidated deleted aborted cancelled canceled',
  FAILED: 'failed error runtimeerror deployerror invalid',
};

const STATUS_OF = new Map(
  Object.entries(SPELLINGS).flatMap(([status, words]) =>
    words.split(' ').map((word) => [word, status as DeploymentStatus] as const),
  ),
);

const TERMINAL = new Set<DeploymentStatus>(['COMPLETED', 'STOPPED', 'FAILED']);

/** The status for a raw status. Case, spaces and punctuation do not matter; an unknown word gives `UNKNOWN`. */
export function classifyStatus(rawStatus: string): DeploymentStatus {
  return STATUS_OF.get(rawStatus.toLowerCase().replace(/[^a-z]/g, '')) ?? 'UNKNOWN';
}

/** False for a word that `classifyStatus` does not know. */
export function isKnownStatus(rawStatus: string): boolean {
  return classifyStatus(rawStatus) !== 'UNKNOWN';
}

/** The facts of a deployment that its status depends on. */
export interface StatusFacts {
  rawStatus: string;
  endedAt: string | null;
  runtimeError: string | null;
}

/**
 * The status of a deployment, and whether it is final (docs/upstream/quantconnect.md, Deployment statuses). An
 * unknown word is final only if the deployment has ended, and means FAILED if it ended with a runtime error. A
 * prompt may continue a deployment with a final status.
 */
export function interpretStatus(facts: StatusFacts): { status: DeploymentStatus; isTerminal: boolean } {
  const known = classifyStatus(facts.rawStatus);
  const failed = known === 'UNKNOWN' && facts.endedAt !== null && facts.runtimeError !== null;
  const status = failed ? 'FAILED' : known;
  return { status, isTerminal: TERMINAL.has(status) || (status === 'UNKNOWN' && facts.endedAt !== null) };
}
