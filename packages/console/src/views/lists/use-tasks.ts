import type { AiTaskFieldsFragment } from '@quantgate/client';
import { type Live, useAiTaskList, useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { TaskListGraphDocument, type TaskListGraphQuery } from '../../generated/graphql.ts';

type Tasks = readonly AiTaskFieldsFragment[];
type Graph = TaskListGraphQuery['aiTaskGraph'];

/** Changes come in pieces: the gateway is asked for the graph again once they have been quiet for so long. */
const QUIET_MS = 800;

/**
 * The tasks of a list: first as the gateway's graph has them, which is one call upstream for a list of any length, then each with all
 * its fields and every change of it as the gateway reads them.
 */
export function useTasks(taskListId: string): {
  tasks: Tasks;
  live: Live<Tasks>;
  graph: Graph | undefined;
  error: Error | null;
  refetch: () => void;
} {
  const client = useClient();
  const live = useAiTaskList(taskListId);
  const { data, error, refetch } = useQuery({
    queryKey: ['list-graph', taskListId],
    queryFn: ({ signal }) => client.send(TaskListGraphDocument, { taskListId }, { signal }),
  });
  const graph = data?.aiTaskGraph;
  const tasks = useMemo(() => merge(graph, live.value), [graph, live.value]);

  const count = useRef(0);
  const isOld = useMemo(() => {
    const hasLost = live.value.length < count.current;
    count.current = live.value.length;
    return hasLost || (graph !== undefined && isOther(graph, live.value));
  }, [graph, live.value]);
  useEffect(() => {
    if (!isOld) return;
    const timer = setTimeout(() => void refetch(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isOld, refetch]);

  return { tasks, live, graph, error, refetch: () => void refetch() };
}

/** In the order of the graph, so that nothing moves when a task arrives with all its fields. */
function merge(graph: Graph | undefined, live: Tasks): Tasks {
  const byId = new Map(live.map((task) => [task.id, task]));
  const known = (graph?.nodes ?? []).map((node) => {
    const task = byId.get(node.id);
    byId.delete(node.id);
    return task ?? toTask(node);
  });
  return [...known, ...byId.values()];
}

/** Whether the graph lacks a task, or has it with other dependencies. */
function isOther(graph: Graph, live: Tasks): boolean {
  const needs = new Map(graph.nodes.map(({ id, dependsOn }) => [id, dependsOn.join()]));
  return live.some(({ id, dependsOn }) => needs.get(id) !== dependsOn.join());
}

function toTask(node: Graph['nodes'][number]): AiTaskFieldsFragment {
  return {
    ...node,
    isGone: false,
    taskListId: null,
    description: null,
    assignedAgentId: null,
    progress: null,
    progressMessage: null,
    result: null,
    error: null,
    blockedReason: null,
    blockedByTaskIds: null,
    createdAt: null,
    updatedAt: null,
    startedAt: null,
    completedAt: null,
    cursor: null,
  };
}
