import { badRequest } from './errors.ts';
import { reachable, type Tasks } from './store.ts';

/** The dependencies that `strictDependencies` refuses (docs/upstream/quantcdn.md, Dependencies). */
export function refuseBadDependencies(tasks: Tasks, taskId: string | null, dependsOn: string[]): void {
  if (taskId !== null && dependsOn.includes(taskId)) throw badRequest('A task cannot depend on itself.');
  const unknown = dependsOn.find((needed) => !tasks.has(needed));
  if (unknown !== undefined) throw badRequest(`Unknown dependency ${unknown}.`);
  if (taskId === null) return;
  const needed = reachable(dependsOn, (id) => tasks.get(id)?.dependsOn ?? []);
  if (needed.has(taskId)) throw badRequest('Circular dependency.');
}
