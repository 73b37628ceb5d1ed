import type { ReactNode } from 'react';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ChoiceFilter, Filters, SearchFilter } from '../../design/filters.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Badge, toWords } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';

interface Principal {
  id: string;
  name: string;
}

interface AuditEntry {
  id: string;
  at: string;
  act: string;
  actor: Principal | null;
  onBehalfOf: Principal | null;
  outcome: string;
  subjects: Record<string, string>;
  address: string | null;
}

/** The acts that are worth a filter. */
const ACTS = [
  'SIGN_IN',
  'REGISTRATION',
  'SESSION_END',
  'REFRESH_REUSE',
  'PASSWORD_CHANGE',
  'PASSWORD_RESET',
  'PASSWORD_RESET_ISSUE',
  'KEY_ROTATION',
  'USER_CREATE',
  'USER_DISABLE',
  'USER_ENABLE',
  'USER_ROLES_CHANGE',
  'USER_ERASE',
  'CREDENTIAL_SAVE',
  'CREDENTIAL_CHANGE',
  'CREDENTIAL_DELETE',
  'CREDENTIAL_REJECTION',
  'SERVICE_ACCOUNT_CREATE',
  'SERVICE_ACCOUNT_USE',
  'SERVICE_ACCOUNT_DELETE',
  'WEBHOOK_CREATE',
  'WEBHOOK_CHANGE',
  'WEBHOOK_DELETE',
  'WEBHOOK_DISABLE',
  'BUDGET_SET',
  'BUDGET_DELETE',
].map((value) => ({ value, name: toWords(value) }));

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: `/v1/audit${location.search}` },
  typescript: `const { nodes } = await client.rest<{ nodes: { at: string; act: string; outcome: string }[] }>({
  path: '/v1/audit',
  query: ${JSON.stringify({ first: 20, ...Object.fromEntries(new URLSearchParams(location.search)) })},
});
console.table(nodes);`,
});

/** Who did what. */
export const auditTab: PathTab = { path: 'audit', name: 'Audit', copyAs, view: Audit };

function Audit(): ReactNode {
  const { filters, setFilter, after, pagingOf } = useUrlState(['act', 'principalId']);
  const { data, error, refetch } = useRest<{ nodes: AuditEntry[]; pageInfo: PageInfo }>(
    {
      path: '/v1/audit',
      query: {
        first: 25,
        after,
        act: filters.act || undefined,
        principalId: filters.principalId || undefined,
      },
    },
    { refreshMs: after === undefined && 15_000 },
  );
  return (
    <div className="stack">
      <Filters>
        <ChoiceFilter
          label="Act"
          value={filters.act}
          onChange={(act) => setFilter('act', act)}
          choices={ACTS}
        />
        <SearchFilter
          label="User or service id"
          value={filters.principalId}
          onChange={(id) => setFilter('principalId', id.trim())}
        />
      </Filters>
      <Table
        label="Audit log"
        rows={data?.nodes}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="Nothing of this kind was recorded" icon="Administration">
            Rows are kept for a year.
          </EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          { name: 'When', render: ({ at }) => <Time at={at} /> },
          { name: 'Act', render: ({ act }) => toWords(act) },
          {
            name: 'Outcome',
            render: ({ outcome }) => <Badge tone={outcome === 'OK' ? 'good' : 'bad'}>{outcome}</Badge>,
          },
          { name: 'By', render: (entry) => <Actor entry={entry} /> },
          { name: 'On', render: ({ subjects }) => <Subjects subjects={subjects} /> },
          { name: 'Address', render: ({ address }) => address ?? <span className="muted">–</span> },
        ]}
      />
    </div>
  );
}

function Actor({ entry: { actor, onBehalfOf } }: { entry: AuditEntry }): ReactNode {
  return (
    <span className="cell-lines">
      {actor === null ? (
        <span className="muted">unknown, or the gateway</span>
      ) : (
        <span title={actor.id}>{actor.name}</span>
      )}
      {onBehalfOf !== null && (
        <span className="muted" title={onBehalfOf.id}>
          for {onBehalfOf.name}
        </span>
      )}
    </span>
  );
}

function Subjects({ subjects }: { subjects: Record<string, string> }): ReactNode {
  const entries = Object.entries(subjects);
  if (entries.length === 0) return <span className="muted">–</span>;
  return (
    <span className="admin-subjects" title={entries.map(([name, id]) => `${name} ${id}`).join(', ')}>
      {entries.map(([name, id]) => `${name.replace(/Id$/, '')} ${shortened(id)}`).join(', ')}
    </span>
  );
}

/** The rest of an id is in the title. */
function shortened(id: string): string {
  return id.length > 20 ? `${id.slice(0, 8)}…` : id;
}
