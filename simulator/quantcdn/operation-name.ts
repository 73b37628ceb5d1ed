/** The vendor's names (page section 1). */
export type OperationName =
  | 'createTask'
  | 'listTasks'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'getDependencyGraph';
