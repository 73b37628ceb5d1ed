import type { AiTaskFieldsFragment, AiTaskRunFieldsFragment } from '@quantgate/client';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { EmptyState } from '../../design/empty-state.tsx';
import { Badge, StatusBadge } from '../../design/status-badge.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import type { Analysis } from './analysis.ts';
import { TaskNames } from './task-names.tsx';

const PAGE_SIZE = 100;

interface TaskTableProps {
  tasks: readonly AiTaskFieldsFragment[];
  analysis: Analysis;
  runs: ReadonlyMap<string, AiTaskRunFieldsFragment>;
  titles: ReadonlyMap<string, string>;
  /** The state whose tasks are listed; an empty text for all. */
  filter: string;
  onChoose: (id: string) => void;
}

/** The same as the graph, as a table: in the order of the stages, 100 tasks at a time. */
export function TaskTable({ tasks, analysis, runs, titles, filter, onChoose }: TaskTableProps): ReactNode {
  const [page, setPage] = useState(0);
  const factsOf = (id: string) => analysis.facts.get(id);
  const rows = tasks
    .filter(({ id }) => filter === '' || factsOf(id)?.state === filter)
    .sort((one, other) => (factsOf(one.id)?.stage ?? 1e9) - (factsOf(other.id)?.stage ?? 1e9));
  const first = page * PAGE_SIZE < rows.length ? page * PAGE_SIZE : 0;
  const columns: Column<AiTaskFieldsFragment>[] = [
    {
      name: 'Task',
      render: (task) => (
        <button type="button" className="link" onClick={() => onChoose(task.id)}>
          {task.title}
        </button>
      ),
    },
    { name: 'State', render: ({ id }) => <StatusBadge status={factsOf(id)?.state ?? 'UNKNOWN'} /> },
    {
      name: 'Waits for',
      render: ({ id }) => {
        const facts = factsOf(id);
        const ids = facts?.because.length ? facts.because : (facts?.by ?? []);
        return <TaskNames ids={ids} titles={titles} onChoose={onChoose} max={2} />;
      },
    },
    {
      name: 'Stage',
      isNumber: true,
      render: ({ id }) => (
        <>
          {factsOf(id)?.isCritical && <Badge tone="info">Critical</Badge>} {factsOf(id)?.stage ?? 'Cycle'}
        </>
      ),
    },
    {
      name: 'Deployment',
      render: ({ id }) => {
        const deploymentId = runs.get(id)?.deploymentId;
        return deploymentId == null ? (
          <span className="muted">–</span>
        ) : (
          <Link to={`/deployments/${deploymentId}`}>
            <code>{deploymentId.slice(0, 10)}</code>
          </Link>
        );
      },
    },
    { name: 'Progress', render: (task) => <Message task={task} /> },
    { name: 'Changed', render: ({ updatedAt }) => <Time at={updatedAt} form="relative" /> },
  ];
  return (
    <Table
      label="Tasks of the list"
      columns={columns}
      rows={rows.slice(first, first + PAGE_SIZE)}
      keyOf={({ id }) => id}
      empty={<EmptyState title="No task is in this state">Choose another state above.</EmptyState>}
      paging={{
        isFirst: first === 0,
        hasNext: first + PAGE_SIZE < rows.length,
        onFirst: () => setPage(0),
        onNext: () => setPage(page + 1),
      }}
    />
  );
}

function Message({ task }: { task: AiTaskFieldsFragment }): ReactNode {
  const text = task.error ?? task.progressMessage ?? task.blockedReason;
  if (text == null) return <span className="muted">–</span>;
  return <span className="cut">{text}</span>;
}
