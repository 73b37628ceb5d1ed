import type { AiTaskListRunView } from '../../../services/ai-task-runs/list-runs.ts';
import type { AiTaskView } from '../../../services/ai-tasks/reads.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const aiTaskRunResolvers: Resolvers = {
  Query: {
    aiTaskListRun: (_root, args, { viewer, services }) => services.aiTaskListRuns.newest(viewer, args),
  },
  Mutation: {
    linkAiTask: (_root, args, { viewer, services }) => services.aiTaskLinks.link(viewer, args),
    runAiTask: (_root, args, { viewer, services }) => services.aiTaskRuns.run(viewer, args),
    runAiTaskList: (_root, args, { viewer, services }) => services.aiTaskListRuns.run(viewer, args),
    stopAiTaskList: (_root, args, { viewer, services }) => services.aiTaskListRuns.stop(viewer, args),
  },
  AiTaskListRun: {
    // A list run that was read by itself has its runs; one of an event has only the run that changed.
    runs: (run, _args, { loaders }) => ('runs' in run ? run.runs : loaders.runsOfListRun.load(run.id)),
  },
  Subscription: {
    aiTaskChanged: {
      subscribe: (_root, args, { viewer, services }) => services.aiTaskFeeds.followTasks(viewer, args),
      resolve: (task: AiTaskView) => task,
    },
    aiTaskListRunChanged: {
      subscribe: (_root, args, { viewer, services }) => services.aiTaskFeeds.followRun(viewer, args),
      resolve: (run: AiTaskListRunView) => run,
    },
  },
};
