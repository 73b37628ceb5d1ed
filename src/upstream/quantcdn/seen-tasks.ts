import type { SeenAiTask } from './model.ts';

/** Tasks gathered from several answers. */
export interface SeenTasks {
  add(tasks: readonly SeenAiTask[]): void;
  has(id: string): boolean;
  /** Every agent a task is assigned to. */
  agents(): string[];
  /** True when some task is in a state nobody can ask for. */
  holdsUnknown(): boolean;
  /** The newest of them, as many as are wanted, newest first. */
  newest(): SeenAiTask[];
  /** Whether tasks older than this one could still be among the wanted ones; unknown times might be anything. */
  wantsOlderThan(oldest: SeenAiTask | undefined): boolean;
}

/**
 * Of a task met twice the later version counts: it may have changed in between.
 * @param limit how many are wanted
 */
export function createSeenTasks(limit: number): SeenTasks {
  const byId = new Map<string, SeenAiTask>();
  const newestFirst = (): SeenAiTask[] =>
    [...byId.values()].sort((one, other) => timeOf(other) - timeOf(one)).slice(0, limit);

  return {
    add(tasks) {
      for (const task of tasks) {
        const known = byId.get(task.id);
        if (known === undefined || (task.updatedAt ?? '') >= (known.updatedAt ?? '')) byId.set(task.id, task);
      }
    },
    has: (id) => byId.has(id),
    agents: () => [...new Set([...byId.values()].flatMap(({ assignedAgentId }) => assignedAgentId ?? []))],
    holdsUnknown: () => [...byId.values()].some(({ status }) => status === 'UNKNOWN'),
    newest: newestFirst,
    wantsOlderThan(oldest) {
      if (byId.size < limit || oldest === undefined) return true;
      const last = newestFirst().at(-1);
      return last === undefined || !(timeOf(oldest) <= timeOf(last));
    },
  };
}

/** When it was made; one of unknown age comes last. */
function timeOf({ createdAt }: SeenAiTask): number {
  return createdAt === null ? 0 : Date.parse(createdAt);
}
