import type { CopyAsSource } from '../../design/copy-as.tsx';

/** How a list is read, followed and run by the API. */
export function copySourceOf(taskListId: string): CopyAsSource {
  const id = JSON.stringify(taskListId);
  return {
    rest: { method: 'GET', path: `/v1/ai-task-lists/${encodeURIComponent(taskListId)}/graph` },
    graphql: {
      document: `query ($taskListId: ID!) {
  aiTaskGraph(taskListId: $taskListId) {
    taskCount done running ready criticalPath stages
    blocked { id by }
    unreachable { id because }
    nodes { id title status dependsOn }
  }
  aiTaskListRun(taskListId: $taskListId) { status reason counts { starting running completed failed } }
}`,
      variables: { taskListId },
    },
    typescript: `await client.runList({ taskListId: ${id}, maxParallel: 4 });
for await (const { run } of client.run(${id})) {
  console.log(run.status, run.reason ?? '', run.counts);
}
client.close();`,
  };
}
