import { changed } from './behavior.ts';
import type { QuantCdnControl, QuantCdnTask } from './control.ts';
import { bornTask, changeTask } from './lifecycle.ts';
import type { QuantCdnWorld } from './operation.ts';
import type { TaskRecord } from './records.ts';
import { newTaskId } from './tasks.ts';

/** Creates the control of the service. */
export function createWorldControl(world: QuantCdnWorld): QuantCdnControl {
  const { clock, store, tokens } = world;
  const known = (taskId: string): TaskRecord => {
    const task = store.find(taskId);
    if (!task) throw new RangeError(`no task ${taskId}`);
    return task;
  };
  const copy = ({ dueMs: _, ...task }: TaskRecord): QuantCdnTask => structuredClone(task);
  const removeToken = (name: string) => {
    for (const one of tokens.values()) if (one.name === name) tokens.delete(one.token);
  };

  return {
    addToken(token) {
      removeToken(token.name);
      tokens.set(token.token, token);
    },
    removeToken,
    setBehavior(change) {
      world.behavior = changed(world.behavior, change);
    },
    createTask(organisation, fields = {}) {
      const ids = { taskId: newTaskId(world.random), orgId: organisation };
      store.add(bornTask(ids, structuredClone(fields), clock, world.behavior));
      return ids.taskId;
    },
    updateTask: (taskId, fields) => changeTask(known(taskId), structuredClone(fields), clock, world.behavior),
    removeTask(taskId) {
      store.of(known(taskId).orgId).delete(taskId);
    },
    removeAllTasks() {
      for (const { orgId } of store.all()) store.of(orgId).clear();
    },
    interfere: world.interferences.add,
    task(taskId) {
      const task = store.find(taskId);
      return task && copy(task);
    },
    state: () => ({
      nowMs: clock.now(),
      behavior: world.behavior,
      tokens: [...tokens.values()].map(({ token: _, ...rest }) => rest),
      tasks: store.all().map(copy),
    }),
  };
}
