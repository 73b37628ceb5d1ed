import type { ReactNode } from 'react';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ChoiceFilter, Filters } from '../../design/filters.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { toWords } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { useRest } from '../../requests.ts';

interface Drift {
  provider: string;
  operation: string;
  path: string;
  kind: string;
  firstSeenAt: string;
  lastSeenAt: string;
  count: number;
}

const PROVIDERS = [
  { value: 'QUANTCONNECT', name: 'QuantConnect' },
  { value: 'QUANTCDN', name: 'QuantCDN' },
];

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: '/v1/upstream-drift' },
  typescript: `const { drift } = await client.rest<{ drift: { operation: string; path: string }[] }>({
  path: '/v1/upstream-drift',
});
console.table(drift);`,
});

/** What the upstreams have said that the gateway does not know. */
export const driftTab: PathTab = { path: 'drift', name: 'Upstream drift', copyAs, view: DriftView };

function DriftView(): ReactNode {
  const { filters, setFilter } = useUrlState(['provider']);
  const { data, error, refetch } = useRest<{ drift: Drift[] }>(
    { path: '/v1/upstream-drift' },
    { refreshMs: 15_000 },
  );
  const rows = data?.drift.filter(({ provider }) => filters.provider === '' || provider === filters.provider);
  return (
    <div className="stack">
      <Filters>
        <ChoiceFilter
          label="Service"
          value={filters.provider}
          onChange={(provider) => setFilter('provider', provider)}
          choices={PROVIDERS}
        />
      </Filters>
      <Table
        label="Upstream drift"
        rows={rows}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ provider, operation, path, kind }) => `${provider} ${operation} ${path} ${kind}`}
        empty={
          <EmptyState title="Nothing unknown was seen" icon="Administration">
            Fields, words and shapes of the upstreams that the gateway does not know are counted here, never
            their values.
          </EmptyState>
        }
        columns={[
          {
            name: 'Service',
            render: ({ provider }) => PROVIDERS.find(({ value }) => value === provider)?.name ?? provider,
          },
          { name: 'Operation', render: ({ operation }) => <code>{operation}</code> },
          { name: 'Where', render: ({ path }) => <code className="breakable">{path}</code> },
          { name: 'What', render: ({ kind }) => toWords(kind) },
          { name: 'Count', isNumber: true, render: ({ count }) => count.toLocaleString() },
          { name: 'First seen', render: ({ firstSeenAt }) => <Time at={firstSeenAt} form="relative" /> },
          { name: 'Last seen', render: ({ lastSeenAt }) => <Time at={lastSeenAt} form="relative" /> },
        ]}
      />
    </div>
  );
}
