import type { OperationName } from './operation-name.ts';
import type { TaskFields, TaskRecord } from './records.ts';

/**
 * Another client that is quick: nothing compares before it sets (docs/upstream/quantcdn.md, Update a task), so
 * races are real.
 */
export interface Interference {
  /** Strikes as soon as this operation was performed on a task, before its answer is sent. */
  after: OperationName;
  /** @default whichever task it is */
  taskId?: string;
  /** What the other client writes to that task. */
  fields: Partial<TaskFields>;
  /** @default 1 */
  times?: number;
}

export interface InterferenceQueue {
  add(interference: Interference): void;
  /** What the first in line writes after this operation on this task. */
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
