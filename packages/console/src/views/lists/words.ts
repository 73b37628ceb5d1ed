import type { Tone } from '../../design/status-badge.tsx';
import type { TaskState } from './analysis.ts';

const STATES: Readonly<Record<string, readonly [words: string, tone: Tone]>> = {
  IN_PROGRESS: ['In progress', 'info'],
  READY: ['Ready', 'ready' as Tone],
  BLOCKED: ['Blocked', 'neutral'],
  UNREACHABLE: ['Unreachable', 'warn'],
  COMPLETED: ['Completed', 'good'],
  FAILED: ['Failed', 'bad'],
  CANCELLED: ['Cancelled', 'warn'],
} satisfies Record<TaskState, readonly [string, Tone]>;

/** A state of a task in words. */
export function wordsOf(state: string): string {
  return STATES[state]?.[0] ?? state;
}

export function toneOf(state: string): string {
  return STATES[state]?.[1] ?? 'neutral';
}

/** Why a run waits, did not complete, or was stopped: codes of errors are told in words, all else is words already. */
const REASONS: Readonly<Record<string, string>> = {
  BUDGET_EXCEEDED: 'a budget is used up',
  CREDENTIAL_REJECTED: 'the upstream refuses the credential; store a new token and it goes on',
  CREDENTIAL_MISSING: 'the credential was deleted',
  OUTCOME_UNKNOWN: 'the answer to a deployment was lost; the gateway is finding out what became of it',
  UPSTREAM_NO_CAPACITY: 'no node is free',
  UPSTREAM_THROTTLED: 'the upstream asks for a pause',
  UPSTREAM_UNAVAILABLE: 'the upstream is away',
  UPSTREAM_TIMEOUT: 'the upstream does not answer in time',
};

export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? reason;
}

/** `1 task`, `2 tasks`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
