import type { DeploymentStatus } from '../../domain/deployment.ts';

/** Spellings seen or likely, by class (upstream page, section 7.3). */
const SPELLINGS: Record<Exclude<DeploymentStatus, 'UNKNOWN'>, string> = {
  QUEUED: 'inqueue queued pending created initializing loggingin starting',
  RUNNING: 'running inprogress stopping cancelling aborting',
  COMPLETED: 'completed complete done',
  STOPPED: 'stopped liquidated deleted aborted cancelled canceled',
  FAILED: 'failed error runtimeerror deployerror invalid',
};

const CLASS_OF = new Map(
  Object.entries(SPELLINGS).flatMap(([status, words]) =>
    words.split(' ').map((word) => [word, status as DeploymentStatus] as const),
  ),
);

const TERMINAL = new Set<DeploymentStatus>(['COMPLETED', 'STOPPED', 'FAILED']);

/** A status word in its class. Case, blanks and punctuation do not matter; an unknown word is `UNKNOWN`. */
export function classifyStatus(rawStatus: string): DeploymentStatus {
  return CLASS_OF.get(rawStatus.toLowerCase().replace(/[^a-z]/g, '')) ?? 'UNKNOWN';
}

/** What a status means together with the deployment's other facts. */
export interface StatusFacts {
  rawStatus: string;
  endedAt: string | null;
  runtimeError: string | null;
}

/**
 * Status and finality of a deployment (section 7.3): an unknown word is not final unless the deployment
 * has ended, and one that ended with a runtime error has failed. A prompt may still revive what is final.
 */
export function interpretStatus(facts: StatusFacts): { status: DeploymentStatus; isTerminal: boolean } {
  const known = classifyStatus(facts.rawStatus);
  const failed = known === 'UNKNOWN' && facts.endedAt !== null && facts.runtimeError !== null;
  const status = failed ? 'FAILED' : known;
  return { status, isTerminal: TERMINAL.has(status) || (status === 'UNKNOWN' && facts.endedAt !== null) };
}
