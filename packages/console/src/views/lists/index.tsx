import './lists.css';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useCallback } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Field } from '../../design/field.tsx';
import { Filters, SearchFilter } from '../../design/filters.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { TaskListSummariesDocument, type TaskListSummariesQuery } from '../../generated/graphql.ts';
import { ShareBar } from './state-bar.tsx';

type Summary = TaskListSummariesQuery['aiTaskLists'][number];

const PAGE_SIZE = 50;
/** It is read from the gateway's store, which asks nobody. */
const REFRESH_MS = 5_000;

const PARTS = [
  { key: 'completed', words: 'completed', tone: 'good' },
  { key: 'inProgress', words: 'in progress', tone: 'info' },
  { key: 'failed', words: 'failed', tone: 'bad' },
  { key: 'cancelled', words: 'cancelled', tone: 'warn' },
  { key: 'blocked', words: 'blocked', tone: 'warn' },
  { key: 'pending', words: 'pending', tone: 'neutral' },
  { key: 'unknown', words: 'unknown', tone: 'neutral' },
] as const;

const COLUMNS: Column<Summary>[] = [
  { name: 'List', render: ({ id }) => <Link to={`/lists/${encodeURIComponent(id)}`}>{id}</Link> },
  { name: 'Tasks', isNumber: true, render: ({ taskCount }) => taskCount.toLocaleString() },
  { name: 'Statuses', render: ({ counts }) => <Counts counts={counts} /> },
  { name: 'Last seen', render: ({ lastSeenAt }) => <Time at={lastSeenAt} form="relative" /> },
];

/** The user's task lists. */
export default function TaskLists(): ReactNode {
  const client = useClient();
  const { filters, setFilter, after, pagingOf } = useUrlState(['q']);
  const { data, error, refetch } = useQuery({
    queryKey: ['task-lists'],
    queryFn: ({ signal }) => client.send(TaskListSummariesDocument, {}, { signal }),
    refetchInterval: REFRESH_MS,
  });
  const onSearch = useCallback((text: string) => setFilter('q', text), [setFilter]);
  const found = data?.aiTaskLists.filter(({ id }) => id.toLowerCase().includes(filters.q.toLowerCase()));
  const first = Number(after ?? 0);
  return (
    <>
      <PageHeader
        title="Task lists"
        actions={
          <CopyAs
            rest={{ method: 'GET', path: '/v1/ai-task-lists' }}
            graphql={{ document: String(TaskListSummariesDocument), variables: {} }}
            typescript={`const { aiTaskLists } = await client.send(
  '{ aiTaskLists { id taskCount lastSeenAt counts { pending inProgress completed failed } } }',
  {},
);
console.log(aiTaskLists);`}
          />
        }
      />
      <div className="list-tools">
        <Filters>
          <SearchFilter label="Search" value={filters.q} onChange={onSearch} />
        </Filters>
        <OpenList />
      </div>
      <Table
        label="Task lists"
        columns={COLUMNS}
        rows={found?.slice(first, first + PAGE_SIZE)}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        paging={pagingOf(
          found && { hasNextPage: first + PAGE_SIZE < found.length, endCursor: String(first + PAGE_SIZE) },
        )}
        empty={
          filters.q !== '' ? (
            <EmptyState title="No list has this in its id" icon="Task lists">
              QuantCDN cannot name its lists: here are those that were seen through this gateway. Open another
              one by its id.
            </EmptyState>
          ) : (
            <EmptyState title="No task lists yet" icon="Task lists">
              QuantCDN cannot name its lists, so those are shown that were opened through this gateway. Open
              one by its id, also a new one, and add its first task there.
            </EmptyState>
          )
        }
      />
    </>
  );
}

function OpenList(): ReactNode {
  const [, go] = useLocation();
  const open = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const id = String(new FormData(event.currentTarget).get('id')).trim();
    if (id !== '') go(`/lists/${encodeURIComponent(id)}`);
  };
  return (
    <form className="open-list" onSubmit={open}>
      <Field label="Id of a list" name="id" isCompact required placeholder="release-42" />
      <Button type="submit">Open</Button>
    </form>
  );
}

function Counts({ counts }: { counts: Summary['counts'] }): ReactNode {
  const parts = PARTS.filter(({ key }) => counts[key] > 0);
  return (
    <div className="counts">
      <ShareBar parts={parts.map(({ key, tone }) => ({ key, tone, count: counts[key] }))} />
      <span className="muted">
        {parts.map(({ key, words }) => `${counts[key].toLocaleString()} ${words}`).join(', ')}
      </span>
    </div>
  );
}
