import './agents.css';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../design/button.tsx';
import { CopyAs } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Filters, SearchFilter } from '../../design/filters.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { type Column, Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type AgentFieldsFragment, AgentsDocument } from '../../generated/graphql.ts';
import { AgentDialog } from './agent-dialog.tsx';
import { AgentPanel } from './agent-panel.tsx';
import { DeleteAgentDialog } from './delete-agent-dialog.tsx';

const PAGE_SIZE = 50;

type OpenDialog = { kind: 'create' } | { kind: 'edit' | 'delete'; agent: AgentFieldsFragment };

/** The user's agents; the chosen one beside them. */
export default function Agents(): ReactNode {
  const client = useClient();
  const { filters, setFilter, after, pagingOf } = useUrlState(['q']);
  const [search, setSearch] = useSearchParams();
  const [dialog, setDialog] = useState<OpenDialog>();
  const close = () => setDialog(undefined);
  const { data, error, refetch } = useQuery({
    queryKey: ['agents'],
    queryFn: ({ signal }) => client.send(AgentsDocument, {}, { signal }),
  });
  const onSearch = useCallback((text: string) => setFilter('q', text), [setFilter]);
  const choose = (id: string | undefined): void =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (id === undefined) next.delete('agent');
      else next.set('agent', id);
      return next;
    });
  const found = data?.agents.filter((agent) => isWanted(agent, filters.q));
  const first = Number(after ?? 0);
  const chosen = data?.agents.find(({ id }) => id === search.get('agent'));
  const names = new Map(data?.agents.map(({ id, name }) => [id, name]));
  return (
    <>
      <PageHeader
        title="Agents"
        actions={
          <>
            <CopyAs
              rest={{ method: 'GET', path: '/v1/agents' }}
              graphql={{ document: String(AgentsDocument), variables: {} }}
              typescript={`const { agents } = await client.send('{ agents { id name model tools } }', {});
console.log(agents);`}
            />
            <Button kind="primary" onClick={() => setDialog({ kind: 'create' })}>
              New agent
            </Button>
          </>
        }
      />
      <Filters>
        <SearchFilter label="Search" value={filters.q} onChange={onSearch} />
      </Filters>
      <div className={chosen === undefined ? 'agents-body' : 'agents-body has-panel'}>
        <div className="stack">
          <Table
            label="Agents"
            columns={columnsOf(choose)}
            rows={found?.slice(first, first + PAGE_SIZE)}
            keyOf={({ id }) => id}
            error={error}
            onRetry={() => void refetch()}
            paging={pagingOf(
              found && {
                hasNextPage: first + PAGE_SIZE < found.length,
                endCursor: String(first + PAGE_SIZE),
              },
            )}
            empty={
              filters.q === '' ? (
                <EmptyState
                  title="No agents yet"
                  icon="Agents"
                  actions={
                    <Button kind="primary" onClick={() => setDialog({ kind: 'create' })}>
                      Create the first agent
                    </Button>
                  }
                >
                  An agent is a model with tools and a system prompt. Tasks give it work.
                </EmptyState>
              ) : (
                <EmptyState title="No agent fits" icon="Agents">
                  Its name, description, model or tools would have to contain what is searched for.
                </EmptyState>
              )
            }
          />
        </div>
        {chosen !== undefined && (
          <AgentPanel
            key={chosen.id}
            agent={chosen}
            names={names}
            onClose={() => choose(undefined)}
            onEdit={() => setDialog({ kind: 'edit', agent: chosen })}
            onDelete={() => setDialog({ kind: 'delete', agent: chosen })}
          />
        )}
      </div>
      <AgentDialog
        isOpen={dialog?.kind === 'create' || dialog?.kind === 'edit'}
        agent={dialog?.kind === 'edit' ? dialog.agent : undefined}
        onClose={close}
        onSaved={(id) => {
          close();
          choose(id);
        }}
      />
      <DeleteAgentDialog
        agent={dialog?.kind === 'delete' ? dialog.agent : undefined}
        onClose={close}
        onDeleted={() => {
          close();
          choose(undefined);
        }}
      />
    </>
  );
}

function isWanted(agent: AgentFieldsFragment, q: string): boolean {
  const text = q.toLowerCase();
  return [agent.name, agent.description, agent.model, agent.id, ...agent.tools].some((one) =>
    one?.toLowerCase().includes(text),
  );
}

function columnsOf(choose: (id: string) => void): Column<AgentFieldsFragment>[] {
  return [
    {
      name: 'Agent',
      render: ({ id, name, description }) => (
        <div className="agent-cell">
          <button type="button" className="link" onClick={() => choose(id)}>
            {name}
          </button>
          {description && <span className="muted">{description}</span>}
        </div>
      ),
    },
    { name: 'Model', render: ({ model }) => model ?? <span className="muted">of the organization</span> },
    { name: 'Tools', render: ({ tools }) => <ToolNames tools={tools} /> },
    {
      name: 'Owner',
      render: ({ author, organization }) =>
        author?.name ?? (organization === null ? <Badge>Predefined</Badge> : (organization?.name ?? '–')),
    },
    { name: 'Changed', render: ({ updatedAt }) => <Time at={updatedAt} form="relative" /> },
    {
      name: 'Tasks',
      render: ({ id, name }) => (
        <Link to={`/tasks?agent=${encodeURIComponent(id)}`} aria-label={`Tasks of ${name}`}>
          Tasks
        </Link>
      ),
    },
  ];
}

function ToolNames({ tools }: { tools: readonly string[] }): ReactNode {
  if (tools.length === 0) return <span className="muted">–</span>;
  return (
    <span className="agent-tools" title={tools.join(', ')}>
      {tools.slice(0, 3).join(', ')}
      {tools.length > 3 && ` and ${tools.length - 3} more`}
    </span>
  );
}
