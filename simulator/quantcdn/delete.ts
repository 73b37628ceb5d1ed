import { ApiError } from './errors.ts';
import type { Operation } from './operation.ts';
import { dependentsIndex, reachable } from './store.ts';
import { taskOf } from './tasks.ts';

/**
 * Deletes a task (docs/upstream/quantcdn.md, Delete a task). A task with direct dependents of any status cannot be
 * deleted, also if it depends on itself; `blockedByTaskIds` does not matter (assumed). A cascade deletes all direct and
 * indirect dependents.
 */
export const deleteTask: Operation = ({ tasks, id, query }) => {
  const { taskId } = taskOf({ tasks, id });
  const dependents = dependentsIndex(tasks.values());
  const direct = dependents.get(taskId) ?? [];
  const cascade = query.get('cascade') === 'true';
  if (direct.length > 0 && !cascade) throw hasDependents(direct);
  const deletedTaskIds = [...reachable([taskId], (reached) => dependents.get(reached) ?? [])];
  for (const deleted of deletedTaskIds) tasks.delete(deleted);
  return { deleted: true, deletedCount: deletedTaskIds.length, deletedTaskIds };
};

function hasDependents(dependentTaskIds: string[]): ApiError {
  const count = dependentTaskIds.length;
  const message = `Cannot delete task with ${count} dependent task(s). Use cascade=true to delete all.`;
  return new ApiError(409, message, { error: 'TASK_HAS_DEPENDENTS', message, dependentTaskIds });
}
