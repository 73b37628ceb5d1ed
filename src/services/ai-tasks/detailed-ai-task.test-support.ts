import type { AiTaskDetails, DetailedAiTask } from '../../upstream/quantcdn/model.ts';

type Fields = Partial<Omit<DetailedAiTask, 'details'>> & { details?: Partial<AiTaskDetails> };

/** A pending AI task without an agent, dependencies or metadata. */
export function detailedAiTask(id: string, { details, ...fields }: Fields = {}): DetailedAiTask {
  return {
    id,
    organisation: 'acme',
    taskListId: 'list',
    title: 'task',
    description: null,
    status: 'PENDING',
    rawStatus: 'pending',
    assignedAgentId: null,
    progress: null,
    blockedReason: null,
    blockedByTaskIds: null,
    createdAt: null,
    updatedAt: null,
    raw: null,
    incompleteFields: [],
    ...fields,
    details: {
      createdByAgentId: null,
      dependsOn: [],
      metadata: null,
      progressMessage: null,
      result: null,
      error: null,
      retryCount: null,
      maxRetries: null,
      startedAt: null,
      completedAt: null,
      expiresAt: null,
      blockedAt: null,
      ...details,
    },
  };
}
