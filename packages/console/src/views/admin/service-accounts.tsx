import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { SecretDialog } from '../../design/secret.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';
import type { ServiceAccount } from './service-account.ts';
import { ServiceAccountActs } from './service-account-acts.tsx';
import { ServiceAccountForm } from './service-account-form.tsx';

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: '/v1/service-accounts' },
  typescript: `const { id, secret } = await client.rest<{ id: string; secret: string }>({
  method: 'POST',
  path: '/v1/service-accounts',
  body: { name: 'nightly deployer', scopes: ['read', 'deploy'] },
  idempotencyKey: crypto.randomUUID(),
});
console.log(id, secret); // shown this once`,
});

/** Programs that call for themselves or for a user. */
export const serviceAccountsTab: PathTab = {
  path: 'service-accounts',
  name: 'Service accounts',
  copyAs,
  view: ServiceAccounts,
};

function ServiceAccounts(): ReactNode {
  const { after, pagingOf } = useUrlState([]);
  const { data, error, refetch } = useRest<{ serviceAccounts: ServiceAccount[]; pageInfo: PageInfo }>({
    path: '/v1/service-accounts',
    query: { first: 20, after },
  });
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<{ id: string; secret: string }>();
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Create a service account
    </Button>
  );
  return (
    <div className="stack">
      {data !== undefined && data.serviceAccounts.length > 0 && (
        <div className="section-header">
          <p className="muted">Programs that sign in with client credentials (OAuth 2.0).</p>
          {add}
        </div>
      )}
      <Table
        label="Service accounts"
        rows={data?.serviceAccounts}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No service accounts yet" icon="Agents" actions={add}>
            A program signs in with the id and a secret of its service account, and may do what its scopes
            say.
          </EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          { name: 'Name', render: ({ name }) => name },
          { name: 'Client id', render: ({ id }) => <code>{id}</code> },
          {
            name: 'Scopes',
            render: ({ scopes }) => (
              <span className="cell-title">
                {scopes.map((scope) => (
                  <Badge key={scope} tone={scope === 'act_as' ? 'warn' : 'neutral'}>
                    {scope}
                  </Badge>
                ))}
              </span>
            ),
          },
          { name: 'Secrets', render: ({ secrets }) => <Secrets secrets={secrets} /> },
          { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} form="relative" /> },
          { name: 'Acts', render: (account) => <ServiceAccountActs account={account} onSecret={setShown} /> },
        ]}
      />
      <Dialog title="Create a service account" isOpen={isAdding} onClose={() => setAdding(false)}>
        <ServiceAccountForm
          onCreated={(created) => {
            setAdding(false);
            setShown(created);
          }}
        />
      </Dialog>
      <SecretDialog
        title="The secret of the service account"
        name="Client secret"
        secret={shown?.secret}
        onClose={() => setShown(undefined)}
      >
        <p>
          Tokens come from <code>POST /v1/auth/token</code>, with the client id <code>{shown?.id}</code> and
          this secret.
        </p>
      </SecretDialog>
    </div>
  );
}

function Secrets({ secrets }: Pick<ServiceAccount, 'secrets'>): ReactNode {
  if (secrets.length === 0) return <Badge tone="warn">None</Badge>;
  return (
    <span className="cell-lines">
      {secrets.map(({ id, lastUsedAt, expiresAt }) => (
        <span key={id}>
          {lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              used <Time at={lastUsedAt} form="relative" />
            </>
          )}
          {expiresAt !== null && (
            <span className="muted">
              , expires <Time at={expiresAt} form="relative" />
            </span>
          )}
        </span>
      ))}
    </span>
  );
}
