import type { DeploymentFieldsFragment, DeploymentStatus } from '@quantgate/client';
import { deploymentsQuery, useClient, useDeployments } from '@quantgate/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import { ButtonLink } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ChoiceFilter, Filters, SearchFilter } from '../../design/filters.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { StatusBadge, toWords } from '../../design/status-badge.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import './deployments.css';
import { Duration } from '../../design/duration.tsx';

type Deployment = DeploymentFieldsFragment;

const STATUSES: readonly DeploymentStatus[] = [
  'QUEUED',
  'RUNNING',
  'COMPLETED',
  'STOPPED',
  'FAILED',
  'UNKNOWN',
];

const PAGE = 50;

const DOCUMENT = `query MyDeployments($status: DeploymentStatus, $taskId: ID, $after: ID) {
  myDeployments(status: $status, taskId: $taskId, after: $after) {
    nodes {
      id
      status
      taskId
      endReason
      createdAt
      endedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`;

/** The user's deployments of all tasks, newest first; their statuses are live. */
export default function Deployments(): ReactNode {
  const client = useClient();
  const { filters, setFilter, after, pagingOf } = useUrlState(['status', 'taskId']);
  const status = STATUSES.find((one) => one === filters.status);
  const taskId = filters.taskId || undefined;
  const input = { status, taskId, after, first: PAGE };
  const { data, error, refetch } = useQuery({
    ...deploymentsQuery(client, input),
    placeholderData: keepPreviousData,
  });
  const live = useDeployments(taskId === undefined ? {} : { taskId });
  const changes = live.value.map((one) => one.id + one.status).join();
  useEffect(() => {
    if (changes !== '') void refetch();
  }, [changes, refetch]);
  const isFiltered = status !== undefined || taskId !== undefined;
  const search = new URLSearchParams({
    ...(status && { status }),
    ...(taskId && { taskId }),
    ...(after && { after }),
  });
  return (
    <>
      <PageHeader
        title="Deployments"
        actions={
          <CopyAs
            rest={{ method: 'GET', path: `/v1/deployments${search.size > 0 ? `?${search}` : ''}` }}
            graphql={{ document: DOCUMENT, variables: { status, taskId, after } }}
            typescript={`const { nodes, pageInfo } = await client.deployments(${JSON.stringify(input)});
console.table(nodes);`}
          />
        }
      />
      <Filters>
        <ChoiceFilter
          label="Status"
          value={filters.status}
          onChange={(value) => setFilter('status', value)}
          choices={STATUSES.map((value) => ({ value, name: toWords(value) }))}
        />
        <SearchFilter
          label="Task id"
          value={filters.taskId}
          onChange={(value) => setFilter('taskId', value)}
        />
      </Filters>
      <Table
        label="Deployments"
        columns={COLUMNS}
        rows={data?.nodes.map((row) => live.value.find(({ id }) => id === row.id) ?? row)}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        paging={pagingOf(data?.pageInfo)}
        empty={
          isFiltered ? (
            <EmptyState title="No deployment matches" icon="Deployments">
              Choose another status or task.
            </EmptyState>
          ) : (
            <EmptyState
              title="No deployments yet"
              icon="Deployments"
              actions={
                <ButtonLink to="/tasks" kind="primary">
                  Deploy a task
                </ButtonLink>
              }
            >
              Deploy a task, and its runs are listed here.
            </EmptyState>
          )
        }
      />
    </>
  );
}

const COLUMNS: readonly Column<Deployment>[] = [
  { name: 'Status', render: ({ status }) => <StatusBadge status={status} /> },
  {
    name: 'Deployment',
    render: ({ id, prompt }) => (
      <span className="deployment-name">
        <Link to={`/deployments/${id}`}>{prompt || id}</Link>
        <code className="muted">{id}</code>
      </span>
    ),
  },
  { name: 'Task', render: ({ taskId }) => taskId && <Link to={`/tasks/${taskId}`}>{taskId}</Link> },
  { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: 'Ran',
    isNumber: true,
    render: ({ startedAt, endedAt }) =>
      startedAt ? <Duration from={startedAt} to={endedAt ?? undefined} /> : <span className="muted">–</span>,
  },
  {
    name: 'Ended because',
    render: ({ endReason, runtimeError }) => (
      <span className="deployment-end">{runtimeError || (endReason ? toWords(endReason) : '')}</span>
    ),
  },
];
