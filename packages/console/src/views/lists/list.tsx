import './lists.css';
import type { AiTaskFieldsFragment } from '@quantgate/client';
import { useRun } from '@quantgate/react';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { OfflineBanner } from '../../design/offline-banner.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { Badge, StatusBadge } from '../../design/status-badge.tsx';
import { Tabs } from '../../design/tabs.tsx';
import type { TaskListGraphQuery } from '../../generated/graphql.ts';
import { AddTaskDialog } from './add-task-dialog.tsx';
import { analyze, type OutsideTasks } from './analysis.ts';
import { copySourceOf } from './copy-source.ts';
import { RunDialog } from './run-dialog.tsx';
import { isHeld, isUnderWay, RunState } from './run-state.tsx';
import { StateBar } from './state-bar.tsx';
import { StopDialog } from './stop-dialog.tsx';
import { TaskPanel } from './task-panel.tsx';
import { TaskTable } from './task-table.tsx';
import { useTasks } from './use-tasks.ts';
import { countOf } from './words.ts';

const TaskGraph = lazy(() => import('./graph.tsx'));

type OpenDialog = 'run' | 'stop' | 'add' | undefined;

/** One task list: its graph, live, and its runs. */
export default function TaskList({ params }: { params: { taskListId?: string } }): ReactNode {
  const taskListId = params.taskListId ?? '';
  const { tasks, live, graph, error, refetch } = useTasks(taskListId);
  const { value, restart, status: runStatus, error: runError } = useRun(taskListId);
  const [dialog, setDialog] = useState<OpenDialog>();
  const structure = useStructure(tasks);
  const analysis = useMemo(() => analyze(tasks, outsideOf(graph, tasks)), [tasks, graph]);
  const { run } = value;
  const underWay = isUnderWay(run);

  // A run that another page or program has begun is seen by its first task.
  const { IN_PROGRESS: inProgress } = analysis.counts;
  useEffect(() => {
    if (inProgress > 0 && runStatus === 'ENDED') restart();
  }, [inProgress, runStatus, restart]);

  const failure = live.error ?? (tasks.length === 0 ? error : null);
  return (
    <>
      <PageHeader
        title={`Task list ${taskListId}`}
        beside={
          run !== undefined &&
          (isHeld(run) ? <Badge tone="warn">Held</Badge> : <StatusBadge status={run.status} />)
        }
        actions={
          <>
            <CopyAs {...copySourceOf(taskListId)} />
            <Button onClick={() => setDialog('add')}>Add task</Button>
            {underWay ? (
              <Button kind="danger" onClick={() => setDialog('stop')} disabled={run?.status === 'STOPPING'}>
                Stop
              </Button>
            ) : (
              <Button kind="primary" onClick={() => setDialog('run')} disabled={tasks.length === 0}>
                Run
              </Button>
            )}
          </>
        }
      />
      <OfflineBanner live={live.status} />
      {failure != null && <Failure error={failure} onRetry={refetch} />}
      {runError !== undefined && live.error === undefined && <Failure error={runError} onRetry={restart} />}
      {run !== undefined && <RunState run={run} />}
      {tasks.length > 0 && (
        <Content
          taskListId={taskListId}
          tasks={tasks}
          analysis={analysis}
          structure={structure}
          runs={value.runs}
        />
      )}
      {tasks.length > 0 && graph !== undefined && graph.cycles.length > 0 && (
        <p className="notice tone-bad">
          <span>
            The dependencies have a cycle, so the list cannot run: {namesOf(graph.cycles[0] ?? [], tasks)}.
          </span>
        </p>
      )}
      {tasks.length === 0 && failure == null && graph === undefined && <Loading label="Reading the list" />}
      {tasks.length === 0 && failure == null && graph !== undefined && (
        <Beginning taskCount={graph.taskCount} onAdd={() => setDialog('add')} />
      )}
      <RunDialog
        taskListId={taskListId}
        isOpen={dialog === 'run'}
        onClose={() => setDialog(undefined)}
        onStarted={restart}
      />
      <StopDialog
        taskListId={taskListId}
        running={(run?.counts.running ?? 0) + (run?.counts.starting ?? 0)}
        isOpen={dialog === 'stop'}
        onClose={() => setDialog(undefined)}
      />
      <AddTaskDialog
        taskListId={taskListId}
        tasks={tasks}
        isOpen={dialog === 'add'}
        onClose={() => setDialog(undefined)}
      />
    </>
  );
}

/** The states, the graph or the table, and the chosen task; all of it is in the URL. */
function Content({
  taskListId,
  tasks,
  analysis,
  structure,
  runs,
}: {
  taskListId: string;
  tasks: readonly AiTaskFieldsFragment[];
  analysis: ReturnType<typeof analyze>;
  structure: string;
  runs: ReturnType<typeof useRun>['value']['runs'];
}): ReactNode {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, text: string | undefined): void =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (text) next.set(name, text);
      else next.delete(name);
      return next;
    });
  const filter = search.get('state') ?? '';
  const chosenId = search.get('task') ?? undefined;
  const titles = useMemo(() => new Map(tasks.map(({ id, title }) => [id, title])), [tasks]);
  const runOf = useMemo(() => new Map(runs.map((one) => [one.aiTaskId, one])), [runs]);
  const chosen = tasks.find(({ id }) => id === chosenId);
  const facts = chosenId === undefined ? undefined : analysis.facts.get(chosenId);
  const onChoose = (id: string | undefined): void => set('task', id);
  return (
    <>
      <div className="list-facts">
        <StateBar counts={analysis.counts} filter={filter} onFilter={(state) => set('state', state)} />
        <p className="muted">
          {countOf(tasks.length, 'task')} in {countOf(analysis.stageCount, 'stage')}
          {analysis.criticalPath.length > 0 && (
            <>
              ; critical path of{' '}
              <span className="critical-mark">{countOf(analysis.criticalPath.length, 'task')}</span>
            </>
          )}
        </p>
      </div>
      <div className={chosen === undefined ? 'list-body' : 'list-body has-panel'}>
        <Tabs
          label="How the tasks are shown"
          value={search.get('view') === 'table' ? 'table' : 'graph'}
          onChange={(view) => set('view', view === 'table' ? view : undefined)}
          tabs={[
            {
              value: 'graph',
              name: 'Graph',
              content: (
                <Suspense fallback={<Loading label="Loading the graph" />}>
                  <TaskGraph
                    key={taskListId}
                    {...{ tasks, analysis, structure, chosenId, filter, onChoose }}
                  />
                </Suspense>
              ),
            },
            {
              value: 'table',
              name: 'Table',
              content: <TaskTable {...{ tasks, analysis, titles, filter, onChoose }} runs={runOf} />,
            },
          ]}
        />
        {chosen !== undefined && facts !== undefined && (
          <TaskPanel
            key={chosen.id}
            task={chosen}
            facts={facts}
            run={runOf.get(chosen.id)}
            titles={titles}
            onChoose={onChoose}
          />
        )}
      </div>
    </>
  );
}

/** A list without tasks, or one whose tasks are on their way. */
function Beginning({ taskCount, onAdd }: { taskCount: number; onAdd: () => void }): ReactNode {
  if (taskCount > 0) return <Loading label={`Reading ${countOf(taskCount, 'task')}`} />;
  return (
    <EmptyState
      title="This list has no tasks"
      icon="Task lists"
      actions={
        <Button kind="primary" onClick={onAdd}>
          Add its first task
        </Button>
      }
    >
      A list exists once a task names it. Tasks that agents create for it appear here by themselves.
    </EmptyState>
  );
}

/** A text that changes with the tasks of the list and their dependencies, and with nothing else. */
function useStructure(tasks: readonly AiTaskFieldsFragment[]): string {
  return useMemo(() => {
    let hash = 0;
    for (const { id, dependsOn } of tasks) {
      const text = `${id}:${dependsOn.join()};`;
      for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
    }
    return `${tasks.length} ${hash}`;
  }, [tasks]);
}

function outsideOf(
  graph: TaskListGraphQuery['aiTaskGraph'] | undefined,
  tasks: readonly AiTaskFieldsFragment[],
): OutsideTasks {
  const inside = new Set(tasks.map(({ id }) => id));
  const outside = new Map<string, 'OPEN' | 'FAILED'>();
  const add = (ids: readonly string[], state: 'OPEN' | 'FAILED') => {
    for (const id of ids) if (!inside.has(id)) outside.set(id, state);
  };
  for (const { by } of graph?.blocked ?? []) add(by, 'OPEN');
  for (const { because } of graph?.unreachable ?? []) add(because, 'FAILED');
  return outside;
}

function namesOf(ids: readonly string[], tasks: readonly AiTaskFieldsFragment[]): string {
  return ids.map((id) => tasks.find((task) => task.id === id)?.title ?? id).join(' → ');
}
