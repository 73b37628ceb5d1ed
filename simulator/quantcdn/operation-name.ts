/** The vendor's names (docs/upstream/quantcdn.md, Operations). */
export type OperationName =
  | 'createTask'
  | 'listTasks'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'getDependencyGraph';
