import type { AgentFields } from './agent-fields.ts';
import type { Person } from './people.ts';
import type { Round, RoundScript } from './round.ts';
import type { DeploymentScript, Outcome, Phase } from './script.ts';

export interface AgentRecord extends AgentFields {
  id: number;
  /** `null` for agents of the platform, which every organization sees. */
  organizationId: string | null;
  author: Person;
  createdMs: number;
  updatedMs: number;
}

export interface TaskRecord {
  id: number;
  name: string;
  organizationId: string;
  agentId: number;
  prompt: string;
  projectPreference: string;
  /**
   * Created at the first deployment when the preference is one project for all deployments
   * (docs/upstream/quantconnect.md, Project preference).
   */
  projectId: number | null;
  owner: Person;
  userId: string;
  createdMs: number;
  updatedMs: number;
  deployments: Map<string, Deployment>;
  /** The unfinished ones among them, stored separately so that a read of an old task stays cheap. */
  active: Set<Deployment>;
  last: { number: number; createdMs: number } | null;
  script?: DeploymentScript;
}

/** One execution of a task. `phase` is as of the last time that its organization's nodes were settled. */
export interface Deployment {
  /** `A-` and 32 lower-case hex digits (docs/upstream/quantconnect.md, Deployment fields). */
  id: string;
  organizationId: string;
  userId: string;
  task: TaskRecord;
  agentId: number;
  /**
   * The assigned agent and those chained to it, in order (docs/upstream/quantconnect.md, Chains and sub-agents).
   */
  chain: { id: number; name: string }[];
  /**
   * Sub-agents, each with the id of its conversation thread (docs/upstream/quantconnect.md, Conversations;
   * assumed).
   */
  callables: Callable[];
  model: string | null;
  tools: string[];
  projectId: number;
  prompt: string;
  machine: string;
  script: RoundScript;
  phase: Exclude<Phase, 'Stopping'>;
  createdMs: number;
  /** When it may leave the queue if a node is free. */
  readyMs: number;
  startedMs: number | null;
  endedMs: number | null;
  stopAskedMs: number | null;
  /** When it will end by the current plan; `Infinity` while it is queued or endless. */
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
