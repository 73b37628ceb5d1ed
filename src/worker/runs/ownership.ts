import { readLink } from '../../domain/ai-task-metadata.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import type { DetailedAiTask } from '../../upstream/quantcdn/model.ts';

/**
 * False once another run has claimed the AI task. Without any claim it is still this run's: other clients replace the
 * whole metadata (upstream page, section 3.4), and mean no harm by it.
 */
export function isOurs(task: DetailedAiTask, run: AiTaskRunRow): boolean {
  const { runId } = readLink(task.details.metadata);
  return runId === null || runId === run.id;
}
