import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ChoiceFilter, Filters } from '../../design/filters.tsx';
import { StatusBadge } from '../../design/status-badge.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { CompareRuns } from './compare-runs.tsx';
import { FirstFailure } from './first-failure.tsx';
import { durationInWords, type Run, type RunUsage, secondsBetween, useUsageOfRuns } from './runs.ts';

const PAGE_SIZE = 25;
/** So many columns can still be read. */
const MAX_COMPARED = 4;

const STATUSES = ['QUEUED', 'RUNNING', 'COMPLETED', 'STOPPED', 'FAILED'] as const;

/** The runs of a task as a table; those that are ticked stand side by side above it. */
export function RunHistory({
  taskId,
  runs,
  error,
  hasMore,
  onDeploy,
}: {
  taskId: string;
  /** Newest first; undefined while they are read. */
  runs: readonly Run[] | undefined;
  error: unknown;
  /** Whether there are older ones, which the deployments list has. */
  hasMore: boolean;
  onDeploy: () => void;
}): ReactNode {
  const { filters, setFilter, after, pagingOf } = useUrlState(['status']);
  const [search, setSearch] = useSearchParams();
  const usage = useUsageOfRuns(taskId, runs ?? []);
  const ticked = (search.get('runs') ?? '').split(',').filter(Boolean);
  const compared = (runs ?? []).filter(({ id }) => ticked.includes(id));
  const tick = (id: string, isTicked: boolean): void => {
    const next = isTicked ? [...ticked, id].slice(-MAX_COMPARED) : ticked.filter((one) => one !== id);
    setSearch(
      (before) => {
        const changed = new URLSearchParams(before);
        if (next.length > 0) changed.set('runs', next.join());
        else changed.delete('runs');
        return changed;
      },
      { replace: true },
    );
  };
  const found = runs?.filter(({ status }) => filters.status === '' || status === filters.status);
  const first = Number(after ?? 0);
  return (
    <>
      {compared.length > 1 && (
        <Card
          title={`${compared.length} runs side by side`}
          actions={<Button onClick={() => setSearch(withoutRuns, { replace: true })}>Close</Button>}
        >
          <CompareRuns runs={compared} usage={usage} />
        </Card>
      )}
      <div className="runs-header">
        <h2>Runs</h2>
        <Filters>
          <ChoiceFilter
            label="Outcome"
            value={filters.status}
            onChange={(status) => setFilter('status', status)}
            choices={STATUSES.map((value) => ({ value, name: `${value[0]}${value.slice(1).toLowerCase()}` }))}
          />
        </Filters>
      </div>
      <Table
        label="Runs"
        columns={columnsOf(usage, ticked, tick)}
        rows={found?.slice(first, first + PAGE_SIZE)}
        keyOf={({ id }) => id}
        error={error ?? undefined}
        paging={pagingOf(
          found && { hasNextPage: first + PAGE_SIZE < found.length, endCursor: String(first + PAGE_SIZE) },
        )}
        empty={
          filters.status === '' ? (
            <EmptyState
              title="It has not run yet"
              icon="Deployments"
              actions={
                <Button kind="primary" onClick={onDeploy}>
                  Deploy it now
                </Button>
              }
            >
              Each deployment is a run. Those that were made through this gateway, or that it has seen, stand
              here side by side.
            </EmptyState>
          ) : (
            <EmptyState title="No run has ended so">Choose another outcome above.</EmptyState>
          )
        }
      />
      {hasMore && (
        <p className="muted">
          These are the newest 100. <Link to={`/deployments?taskId=${taskId}`}>All of them</Link>
        </p>
      )}
    </>
  );
}

function withoutRuns(before: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(before);
  next.delete('runs');
  return next;
}

function columnsOf(
  usage: ReadonlyMap<string, RunUsage>,
  ticked: readonly string[],
  tick: (id: string, isTicked: boolean) => void,
): Column<Run>[] {
  const tokensOf = ({ id }: Run) => (usage.get(id)?.inputTokens ?? 0) + (usage.get(id)?.outputTokens ?? 0);
  const most = Math.max(1, ...[...usage.values()].map((one) => one.inputTokens + one.outputTokens));
  return [
    {
      name: 'Compare',
      render: ({ id }) => (
        <input
          type="checkbox"
          className="tick"
          aria-label={`Compare run ${id.slice(0, 12)}`}
          checked={ticked.includes(id)}
          onChange={({ target }) => tick(id, target.checked)}
        />
      ),
    },
    {
      name: 'Run',
      render: ({ id }) => (
        <Link to={`/deployments/${id}`}>
          <code>{id.slice(0, 12)}</code>
        </Link>
      ),
    },
    { name: 'Outcome', render: ({ status }) => <StatusBadge status={status} /> },
    { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} form="relative" /> },
    {
      name: 'Ran',
      isNumber: true,
      render: ({ startedAt, endedAt }) => durationInWords(secondsBetween(startedAt, endedAt)),
    },
    {
      name: 'Tokens',
      isNumber: true,
      render: (run) => (
        <span className="bar-cell">
          {usage.has(run.id) ? tokensOf(run).toLocaleString() : '–'}
          <i style={{ '--share': `${(100 * tokensOf(run)) / most}%` } as Record<string, string>} />
        </span>
      ),
    },
    { name: 'Turns', isNumber: true, render: ({ id }) => usage.get(id)?.turns.toLocaleString() ?? '–' },
    { name: 'First failure', render: (run) => <FirstFailure run={run} /> },
  ];
}
