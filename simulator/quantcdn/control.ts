import type { BehaviorChange, QuantCdnBehavior } from './behavior.ts';
import type { Interference } from './interference.ts';
import type { TaskFields } from './records.ts';
import type { QuantCdnToken } from './tokens.ts';

/** What happens behind QuantCDN's back: everything a test may arrange or look at. */
export interface QuantCdnControl {
  /** Adds a token, or replaces the one of this name: the old one no longer counts. */
  addToken(token: QuantCdnToken): void;
  removeToken(name: string): void;
  setBehavior(change: BehaviorChange): void;
  /** Another client makes a task: no call of the API did it, and nothing checks the fields. Returns its id. */
  createTask(organisation: string, fields?: Partial<TaskFields>): string;
  /** Another client changes a task; nothing checks the fields, so that any status can be written. */
  updateTask(taskId: string, fields: Partial<TaskFields>): void;
  /** Removes one task despite its dependents, as its expiry does. */
  removeTask(taskId: string): void;
  removeAllTasks(): void;
  /** Another client writes between a client's two calls; several wait in a line. */
  interfere(interference: Interference): void;
  /** The whole task as it is, without odd encodings; `undefined` when it is gone. */
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
