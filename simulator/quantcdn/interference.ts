import type { OperationName } from './operation-name.ts';
import type { TaskFields, TaskRecord } from './records.ts';

/**
 * A write of another client at a chosen time. The upstream has no conditional update (docs/upstream/quantcdn.md,
 * Update a task), so such races happen.
 */
export interface Interference {
  /** Writes after this operation was performed on a task, before its answer is sent. */
  after: OperationName;
  /** @default any task */
  taskId?: string;
  /** The fields that the other client writes. */
  fields: Partial<TaskFields>;
  /** @default 1 */
  times?: number;
}

export interface InterferenceQueue {
  add(interference: Interference): void;
  /** The write of the first interference that matches this operation and task. */
  take(operation: OperationName, task: TaskRecord): Partial<TaskFields> | undefined;
}

export function createInterferenceQueue(): InterferenceQueue {
  let entries: (Interference & { left: number })[] = [];

  return {
    add(interference) {
      entries.push({ ...interference, left: interference.times ?? 1 });
    },
    take(operation, { taskId }) {
      const entry = entries.find((one) => one.after === operation && (one.taskId ?? taskId) === taskId);
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) entries = entries.filter((other) => other !== entry);
      return structuredClone(entry.fields);
    },
  };
}
