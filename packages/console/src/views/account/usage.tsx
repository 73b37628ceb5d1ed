import { lazy, type ReactNode, Suspense } from 'react';
import { Link } from 'wouter';
import { Card } from '../../design/card.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { toDuration } from '../../design/duration.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Field, SelectField } from '../../design/field.tsx';
import { Filters } from '../../design/filters.tsx';
import { Loading } from '../../design/loading.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Table } from '../../design/table.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';

const Plot = lazy(() => import('../../design/plot.tsx'));

/** What deployments of one key have used, as `GET /v1/usage` shows it. */
interface Usage {
  key: string;
  deployments: number;
  inputTokens: number;
  outputTokens: number;
  turns: number;
  seconds: number;
}

const GROUPS: Readonly<Record<string, { name: string; heading: string; pathOf?: (key: string) => string }>> =
  {
    day: { name: 'Day', heading: 'Day (UTC)' },
    month: { name: 'Month', heading: 'Month (UTC)' },
    task: { name: 'Task', heading: 'Task', pathOf: (key) => `/tasks/${key}` },
    agent: { name: 'Agent', heading: 'Agent' },
    'task-list': {
      name: 'Task list',
      heading: 'Task list',
      pathOf: (key) => `/lists/${encodeURIComponent(key)}`,
    },
    deployment: { name: 'Deployment', heading: 'Deployment', pathOf: (key) => `/deployments/${key}` },
  };

const copyAs = (): CopyAsSource => {
  const search = new URLSearchParams(location.search);
  const groupBy = search.get('by') ?? 'day';
  const from = search.get('from') || undefined;
  const to = search.get('to') || undefined;
  const query = new URLSearchParams({ groupBy, ...(from && { from }), ...(to && { to }) });
  const toTime = (day: string | undefined) => day && `${day}T00:00:00.000Z`;
  return {
    rest: { method: 'GET', path: `/v1/usage?${query}` },
    graphql: {
      document: `query ($groupBy: UsageGroup!, $from: DateTime, $to: DateTime) {
  usage(groupBy: $groupBy, from: $from, to: $to) { key deployments inputTokens outputTokens turns seconds }
}`,
      variables: {
        groupBy: groupBy.toUpperCase().replaceAll('-', '_'),
        from: toTime(from),
        to: toTime(to),
      },
    },
    typescript: `const { usage } = await client.rest<{ usage: { key: string; inputTokens: number }[] }>({
  path: '/v1/usage',
  query: ${JSON.stringify(Object.fromEntries(query))},
});
console.table(usage);`,
  };
};

/** What the deployments of the user have used. */
export const usageTab: PathTab = { path: 'usage', name: 'Usage', copyAs, view: UsageView };

function UsageView(): ReactNode {
  const { filters, setFilter, after, pagingOf } = useUrlState(['by', 'from', 'to']);
  const groupBy = filters.by in GROUPS ? filters.by : 'day';
  const { data, error, refetch, isPlaceholderData } = useRest<{ usage: Usage[]; pageInfo: PageInfo }>(
    {
      path: '/v1/usage',
      query: { groupBy, from: filters.from || undefined, to: filters.to || undefined, first: 100, after },
    },
    { refreshMs: 15_000 },
  );
  const group = GROUPS[groupBy] ?? { name: groupBy, heading: groupBy };
  const sums = data?.usage;
  const total = sums?.reduce((all, one) => all + one.inputTokens + one.outputTokens, 0);
  return (
    <div className="stack">
      <Filters>
        <SelectField
          label="By"
          isCompact
          value={groupBy}
          onChange={({ target }) => setFilter('by', target.value)}
        >
          {Object.entries(GROUPS).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <Field
          label="From"
          type="date"
          isCompact
          value={filters.from}
          onChange={({ target }) => setFilter('from', target.value)}
        />
        <Field
          label="Before"
          type="date"
          isCompact
          value={filters.to}
          onChange={({ target }) => setFilter('to', target.value)}
        />
      </Filters>
      {sums !== undefined && sums.length > 0 && !isPlaceholderData && (
        <Card title={`${(total ?? 0).toLocaleString()} tokens`}>
          <Suspense fallback={<Loading />}>
            <Plot
              label="Tokens, which the table below lists"
              kind="bars"
              isStacked
              height={240}
              x={{ values: sums.map(({ key }) => shortened(key, groupBy)) }}
              series={[
                { name: 'Input', color: '--accent', values: sums.map((one) => one.inputTokens) },
                { name: 'Output', color: '--tone-warn-dot', values: sums.map((one) => one.outputTokens) },
              ]}
            />
          </Suspense>
        </Card>
      )}
      <Table
        label="Usage"
        rows={sums}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ key }) => key}
        empty={
          <EmptyState title="Nothing was used" icon="Deployments">
            No deployment was created in this time. What each uses is counted here as soon as its conversation
            was read.
          </EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          {
            name: group.heading,
            render: ({ key }) =>
              group.pathOf === undefined ? (
                <span className="number">{key}</span>
              ) : (
                <Link to={group.pathOf(key)}>
                  <code>{key}</code>
                </Link>
              ),
          },
          { name: 'Deployments', isNumber: true, render: ({ deployments }) => deployments.toLocaleString() },
          { name: 'Input tokens', isNumber: true, render: ({ inputTokens }) => inputTokens.toLocaleString() },
          {
            name: 'Output tokens',
            isNumber: true,
            render: ({ outputTokens }) => outputTokens.toLocaleString(),
          },
          { name: 'Turns', isNumber: true, render: ({ turns }) => turns.toLocaleString() },
          { name: 'Time', isNumber: true, render: ({ seconds }) => toDuration(seconds) },
        ]}
      />
    </div>
  );
}

/** A day without its year: the axis has little room. */
function shortened(key: string, groupBy: string): string {
  return groupBy === 'day' ? key.slice(5) : key;
}
