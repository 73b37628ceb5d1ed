import type { AiTask } from './model.ts';

/** Tasks gathered from several answers. */
export interface CollectedTasks {
  add(tasks: readonly AiTask[]): void;
  has(id: string): boolean;
  /** Every agent a task is assigned to. */
  agentIds(): string[];
  /** True when some task is in a state nobody can ask for. */
  hasUnknownStatus(): boolean;
  /** The newest of them, as many as are wanted, newest first. */
  newest(): AiTask[];
  /** Whether tasks older than this one could still be among the wanted ones; unknown times might be anything. */
  needsOlderThan(oldest: AiTask | undefined): boolean;
}

/**
 * Of a task met twice the later version counts: it may have changed in between.
 * @param limit how many are wanted
 */
export function createCollectedTasks(limit: number): CollectedTasks {
  const byId = new Map<string, AiTask>();
  const newestFirst = (): AiTask[] =>
    [...byId.values()].sort((one, other) => timeOf(other) - timeOf(one)).slice(0, limit);

  return {
    add(tasks) {
      for (const task of tasks) {
        const known = byId.get(task.id);
        if (known === undefined || (task.updatedAt ?? '') >= (known.updatedAt ?? '')) byId.set(task.id, task);
      }
    },
    has: (id) => byId.has(id),
    agentIds: () => [...new Set([...byId.values()].flatMap(({ assignedAgentId }) => assignedAgentId ?? []))],
    hasUnknownStatus: () => [...byId.values()].some(({ status }) => status === 'UNKNOWN'),
    newest: newestFirst,
    needsOlderThan(oldest) {
      if (byId.size < limit || oldest === undefined) return true;
      const last = newestFirst().at(-1);
      return last === undefined || !(timeOf(oldest) <= timeOf(last));
    },
  };
}

/** When it was made; one of unknown age comes last. */
function timeOf({ createdAt }: AiTask): number {
  return createdAt === null ? 0 : Date.parse(createdAt);
}
