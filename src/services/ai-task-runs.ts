import { type AiTaskLinks, type AiTaskLinksDeps, createAiTaskLinks } from './ai-task-links.ts';
import { type AiTaskListRuns, type AiTaskListRunsDeps, createAiTaskListRuns } from './ai-task-list-runs.ts';
import { type AiTaskSingleRuns, createAiTaskSingleRuns } from './ai-task-single-runs.ts';

export type { AiTaskListRunView, AiTaskRunView, WholeListRunView } from '../events/run-view.ts';
export type { BothCredentials } from './ai-task-links.ts';

/** The two upstreams joined: AI tasks that are run as deployments of QuantConnect's tasks. */
export type AiTaskRuns = AiTaskLinks & AiTaskSingleRuns & AiTaskListRuns;

export type AiTaskRunsDeps = AiTaskLinksDeps & AiTaskListRunsDeps;

export function createAiTaskRuns(deps: AiTaskRunsDeps): AiTaskRuns {
  return {
    ...createAiTaskLinks(deps),
    ...createAiTaskSingleRuns(deps),
    ...createAiTaskListRuns(deps),
  };
}
