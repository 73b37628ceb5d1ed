import { type AiTaskLinks, type AiTaskLinksDeps, createAiTaskLinks } from '../ai-tasks/links.ts';
import { type AiTaskListRuns, type AiTaskListRunsDeps, createAiTaskListRuns } from './list-runs.ts';
import { type AiTaskSingleRuns, createAiTaskSingleRuns } from './task-runs.ts';

export type { AiTaskListRunView, AiTaskRunView, WholeListRunView } from '../../events/writers/run-view.ts';

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
