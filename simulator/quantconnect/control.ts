import type { Account } from './accounts.ts';
import type { Behavior } from './behavior.ts';
import type { DeploymentScript, Outcome, Pace, PaceName } from './script.ts';

/** An agent that every account can read and deploy but not change, like the platform's own. */
export interface PredefinedAgent {
  id: number;
  name: string;
  description?: string;
  systemPrompt?: string;
  tools?: string[];
}

/** What a test may set and read in QuantConnect without the API. */
export interface QuantConnectControl {
  /** Adds an account, or replaces the one with this user id, whose old token becomes invalid. */
  addAccount(account: Account): void;
  removeAccount(userId: string): void;
  /** For deployments and prompts from now on. */
  setPace(pace: Partial<Pace> | PaceName): void;
  setBehavior(behavior: Partial<Behavior>): void;
  /** Deployments that may run at once in an organization, in place of the capacity of its node. */
  setCapacity(organizationId: string, capacity: number): void;
  /** For every deployment created from now on; replaces the previous default script. */
  scriptAll(script: DeploymentScript): void;
  /** For deployments of the task created from now on; replaces the task's previous script. */
  scriptTask(taskId: number, script: DeploymentScript): void;
  /**
   * Changes an existing deployment from now on, key by key. A run that has begun keeps its `stepMs` and its
   * `messages`. It does not take back a step that was visible, and adds none after its last step has begun.
   */
  scriptDeployment(deploymentId: string, script: DeploymentScript): void;
  /**
   * Deploys a task without an API call, as its schedule or pipeline would (docs/upstream/quantconnect.md, Chains and
   * sub-agents). Returns its id.
   */
  deployTask(taskId: number): string;
  /** Ends a deployment now, with its complete conversation. */
  endDeployment(deploymentId: string, outcome?: Outcome, runtimeError?: string): void;
  state(): QuantConnectState;
}

export interface QuantConnectState {
  nowMs: number;
  organizations: { id: string; nodeSku: string; capacity: number; running: number; waiting: number }[];
  agents: { id: number; organizationId: string | null; name: string }[];
  tasks: { id: number; organizationId: string; agentId: number; name: string }[];
  deployments: {
    deploymentId: string;
    taskId: number;
    organizationId: string;
    status: string;
    createdMs: number;
    startedMs: number | null;
    endedMs: number | null;
    /** What its conversation has used so far. */
    inputTokens: number;
    outputTokens: number;
  }[];
}
