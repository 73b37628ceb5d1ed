import './tasks.css';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button, ButtonLink } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ChoiceFilter, Filters, SearchFilter } from '../../design/filters.tsx';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { StatusBadge } from '../../design/status-badge.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type TaskFieldsFragment, TasksDocument } from '../../generated/graphql.ts';
import { DeployDialog } from './deploy-dialog.tsx';
import { CreateTaskDialog, DeleteTaskDialog, RenameTaskDialog } from './task-dialogs.tsx';

const PAGE_SIZE = 50;

type OpenDialog = { kind: 'create' } | { kind: 'deploy' | 'rename' | 'delete'; task: TaskFieldsFragment };

/** The tasks of the user's agents. */
export default function Tasks(): ReactNode {
  const client = useClient();
  const [, go] = useLocation();
  const { filters, setFilter, after, pagingOf } = useUrlState(['q', 'agent']);
  const [dialog, setDialog] = useState<OpenDialog>();
  const close = () => setDialog(undefined);
  const { data, error, refetch } = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => client.send(TasksDocument, {}, { signal }),
  });
  const onSearch = useCallback((text: string) => setFilter('q', text), [setFilter]);
  const agents = data?.agents ?? [];
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  const found = data?.tasks.filter((task) => isWanted(task, filters));
  const first = Number(after ?? 0);
  const taskOf = (kind: OpenDialog['kind']) =>
    dialog?.kind === kind && 'task' in dialog ? dialog.task : undefined;
  const isFiltered = filters.q !== '' || filters.agent !== '';
  return (
    <>
      <PageHeader
        title="Tasks"
        actions={
          <>
            <CopyAs
              rest={{ method: 'GET', path: '/v1/tasks' }}
              graphql={{ document: String(TasksDocument), variables: {} }}
              typescript={`const { tasks } = await client.send('{ tasks { id name agentId deploymentCount } }', {});
console.log(tasks);`}
            />
            <Button
              kind="primary"
              disabled={agents.length === 0}
              onClick={() => setDialog({ kind: 'create' })}
            >
              New task
            </Button>
          </>
        }
      />
      <Filters>
        <SearchFilter label="Search" value={filters.q} onChange={onSearch} />
        <ChoiceFilter
          label="Agent"
          value={filters.agent}
          onChange={(id) => setFilter('agent', id)}
          choices={agents.map(({ id, name }) => ({ value: id, name }))}
        />
      </Filters>
      <Table
        label="Tasks"
        columns={columnsOf(names, setDialog)}
        rows={found?.slice(first, first + PAGE_SIZE)}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        paging={pagingOf(
          found && { hasNextPage: first + PAGE_SIZE < found.length, endCursor: String(first + PAGE_SIZE) },
        )}
        empty={
          isFiltered ? (
            <EmptyState title="No task fits" icon="Tasks">
              Its name, prompt or agent would have to fit the filters above.
            </EmptyState>
          ) : agents.length === 0 ? (
            <EmptyState
              title="No agents yet"
              icon="Tasks"
              actions={<ButtonLink to="/agents">To the agents</ButtonLink>}
            >
              A task is a prompt for an agent: create an agent first.
            </EmptyState>
          ) : (
            <EmptyState
              title="No tasks yet"
              icon="Tasks"
              actions={
                <Button kind="primary" onClick={() => setDialog({ kind: 'create' })}>
                  Write the first task
                </Button>
              }
            >
              A task is a prompt for an agent. It runs each time it is deployed.
            </EmptyState>
          )
        }
      />
      <CreateTaskDialog
        agents={agents}
        agentId={filters.agent || undefined}
        isOpen={dialog?.kind === 'create'}
        onClose={close}
        onCreated={({ id }) => go(`/tasks/${id}`)}
      />
      <DeployDialog task={taskOf('deploy')} onClose={close} />
      <RenameTaskDialog task={taskOf('rename')} onClose={close} />
      <DeleteTaskDialog task={taskOf('delete')} onClose={close} onDeleted={close} />
    </>
  );
}

function isWanted(task: TaskFieldsFragment, { q, agent }: { q: string; agent: string }): boolean {
  const text = q.toLowerCase();
  const fits = [task.name, task.prompt, task.id].some((one) => one.toLowerCase().includes(text));
  return fits && (agent === '' || task.agentId === agent);
}

function columnsOf(
  agents: ReadonlyMap<string, string>,
  open: (dialog: OpenDialog) => void,
): Column<TaskFieldsFragment>[] {
  return [
    {
      name: 'Task',
      render: ({ id, name, prompt }) => (
        <div className="task-cell">
          <Link to={`/tasks/${id}`}>{name}</Link>
          <span className="cut muted">{prompt}</span>
        </div>
      ),
    },
    {
      name: 'Agent',
      render: ({ agentId }) => (
        <Link to={`/agents?agent=${encodeURIComponent(agentId)}`}>{agents.get(agentId) ?? agentId}</Link>
      ),
    },
    {
      name: 'Running now',
      render: ({ activeDeployments }) =>
        activeDeployments.length === 0 ? (
          <span className="muted">–</span>
        ) : (
          <span className="row">
            {activeDeployments.slice(0, 2).map(({ deploymentId, status }) => (
              <Link key={deploymentId} to={`/deployments/${deploymentId}`} className="badge-link">
                <StatusBadge status={status} />
              </Link>
            ))}
            {activeDeployments.length > 2 && `and ${activeDeployments.length - 2} more`}
          </span>
        ),
    },
    { name: 'Runs', isNumber: true, render: ({ deploymentCount }) => deploymentCount.toLocaleString() },
    { name: 'Last deployed', render: ({ lastDeployedAt }) => <Time at={lastDeployedAt} form="relative" /> },
    {
      name: 'Actions',
      render: (task) => (
        <span className="row acts">
          <Button onClick={() => open({ kind: 'deploy', task })} aria-label={`Deploy ${task.name}`}>
            Deploy
          </Button>
          <Menu
            items={[
              { name: 'Rename', onSelect: () => open({ kind: 'rename', task }) },
              { name: 'Delete', onSelect: () => open({ kind: 'delete', task }), isDanger: true },
            ]}
          >
            <Button kind="quiet" isIcon aria-label={`More for ${task.name}`}>
              <Icon name="more" />
            </Button>
          </Menu>
        </span>
      ),
    },
  ];
}
