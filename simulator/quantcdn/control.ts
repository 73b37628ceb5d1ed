import type { BehaviorChange, QuantCdnBehavior } from './behavior.ts';
import type { Interference } from './interference.ts';
import type { TaskFields } from './records.ts';
import type { QuantCdnToken } from './tokens.ts';

/** What a test may set and read in QuantCDN without the API. */
export interface QuantCdnControl {
  /** Adds a token, or replaces the one of this name, which becomes invalid. */
  addToken(token: QuantCdnToken): void;
  removeToken(name: string): void;
  setBehavior(change: BehaviorChange): void;
  /** Creates a task as another client would, without a call of the API and without checks. Returns its id. */
  createTask(organisation: string, fields?: Partial<TaskFields>): string;
  /** Changes a task as another client would, without checks, so that any status can be written. */
  updateTask(taskId: string, fields: Partial<TaskFields>): void;
  /** Removes one task despite its dependents, as its expiry does. */
  removeTask(taskId: string): void;
  removeAllTasks(): void;
  /** Lets another client write between two calls of a client. Several are applied in order. */
  interfere(interference: Interference): void;
  /** The task with details, without unusual encodings; `undefined` when it is gone. */
  task(taskId: string): QuantCdnTask | undefined;
  state(): QuantCdnState;
}

/** A task as `getTask` would show it. */
export interface QuantCdnTask extends TaskFields {
  taskId: string;
  orgId: string;
  createdAt: number;
  updatedAt: number;
  startedAt: number | null;
  completedAt: number | null;
  expiresAt: number | null;
  blockedAt: number | null;
}

export interface QuantCdnState {
  nowMs: number;
  behavior: QuantCdnBehavior;
  /** Without the tokens themselves. */
  tokens: Omit<QuantCdnToken, 'token'>[];
  /** Of all organisations, in the order of creation. */
  tasks: QuantCdnTask[];
}
