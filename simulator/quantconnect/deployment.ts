import type { Round, RoundScript } from './round.ts';
import type { Outcome, Phase } from './script.ts';
import type { TaskRecord } from './tasks.ts';

/** One execution of a task. `phase` is right as of the last time its organization's nodes were settled. */
export interface Deployment {
  /** `A-` and 32 lower-case hex digits (page section 7.1). */
  id: string;
  organizationId: string;
  userId: string;
  task: TaskRecord;
  agentId: number;
  /** The assigned agent and those chained to it, in order (page section 4.3). */
  chain: { id: number; name: string }[];
  /** Sub-agents, each with the id of its conversation thread (page section 8, INF). */
  callables: Callable[];
  model: string | null;
  tools: string[];
  projectId: number;
  prompt: string;
  machine: string;
  script: RoundScript;
  phase: Exclude<Phase, 'Stopping'>;
  createdMs: number;
  /** When it may leave the queue, nodes permitting. */
  readyMs: number;
  startedMs: number | null;
  endedMs: number | null;
  stopAskedMs: number | null;
  /** When it will end, as far as is known; `Infinity` while queued or endless. */
  endMs: number;
  endsAs: Outcome;
  onNode: boolean;
  runtimeError: string | null;
  rounds: Round[];
}

export interface Callable {
  id: number;
  name: string;
  callableId: string;
}

const DEFAULT_RUNTIME_ERROR = 'Runtime Error: division by zero at OnData in main.py: line 21';

export function isActive({ phase }: Deployment): boolean {
  return phase === 'InQueue' || phase === 'Running';
}

/** The error a failed deployment shows. */
export function runtimeErrorOf({ script }: Deployment): string {
  return script.runtimeError ?? DEFAULT_RUNTIME_ERROR;
}

/** The status word, in the spelling the script asks for. */
export function statusOf(deployment: Deployment, nowMs: number): string {
  const { script, stopAskedMs } = deployment;
  if (script.rawStatus !== undefined) return script.rawStatus;
  const stopping = isActive(deployment) && stopAskedMs !== null && nowMs >= stopAskedMs;
  const phase = stopping ? 'Stopping' : deployment.phase;
  return script.spelling?.[phase] ?? phase;
}
