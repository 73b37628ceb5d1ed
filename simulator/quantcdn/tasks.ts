import type { Random } from '../random.ts';
import { refuseBadDependencies } from './dependencies.ts';
import { ApiError, badRequest } from './errors.ts';
import { readFields } from './fields.ts';
import { bornTask, changeTask } from './lifecycle.ts';
import type { Operation, OperationInput } from './operation.ts';
import type { TaskRecord } from './records.ts';
import { createReceipt, taskView, updateReceipt } from './views.ts';

/** A version 4 UUID (docs/upstream/quantcdn.md, Task fields). */
export function newTaskId(random: Random): string {
  const variant = '89ab'.charAt(Math.floor(random.next() * 4));
  return [
    random.hex(8),
    random.hex(4),
    `4${random.hex(3)}`,
    `${variant}${random.hex(3)}`,
    random.hex(12),
  ].join('-');
}

/**
 * The task of the path. One that has expired, or belongs to another organisation, does not exist
 * (docs/upstream/quantcdn.md, Read a task; assumed).
 */
export function taskOf({ tasks, id }: Pick<OperationInput, 'tasks' | 'id'>): TaskRecord {
  const task = tasks.get(id);
  if (!task) throw new ApiError(404, 'Task not found.');
  return task;
}

/** Creates a task (docs/upstream/quantcdn.md, Create a task). */
export const createTask: Operation = ({ world, organisation, tasks, body }) => {
  const { behavior, clock, random, store } = world;
  const fields = readFields(body, 'create', behavior.unknownFields);
  if (fields.title === undefined) throw badRequest('The field title is required.');
  if (behavior.strictDependencies) refuseBadDependencies(tasks, null, fields.dependsOn ?? []);
  const task = bornTask({ taskId: newTaskId(random), orgId: organisation }, fields, clock, behavior);
  store.add(task);
  return createReceipt(task);
};

/** Reads a task (docs/upstream/quantcdn.md, Read a task). */
export const getTask: Operation = (input) => taskView(taskOf(input));

/** Changes the fields that are sent, without a condition (docs/upstream/quantcdn.md, Update a task). */
export const updateTask: Operation = (input) => {
  const task = taskOf(input);
  const { behavior, clock } = input.world;
  const fields = readFields(input.body, 'update', behavior.unknownFields);
  if (behavior.strictDependencies) refuseBadDependencies(input.tasks, task.taskId, fields.dependsOn ?? []);
  changeTask(task, fields, clock, behavior);
  return updateReceipt(task);
};
