import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { Confirm } from '../../design/confirm.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { Failure } from '../../design/failure.tsx';
import { Icon } from '../../design/icon.tsx';
import { Loading } from '../../design/loading.tsx';
import { Menu } from '../../design/menu.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Badge, StatusBadge } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useAct, useRest } from '../../requests.ts';
import { type Credential, nameOfProvider } from './credential.ts';
import { CredentialForm } from './credential-form.tsx';
import { ReplaceToken } from './replace-token.tsx';

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: '/v1/credentials' },
  graphql: {
    document: `{
  viewer {
    credentials { id provider label account organizationId tokenHint status verificationProblem isDefault }
  }
}`,
  },
  typescript: `const { credentials } = await client.rest<{ credentials: { id: string; status: string }[] }>({
  path: '/v1/credentials',
});
for (const { id } of credentials)
  console.log(await client.rest({ method: 'POST', path: \`/v1/credentials/\${id}/verify\` }));`,
});

/** The stored credentials of both upstreams, with their health. */
export const credentialsTab: PathTab = {
  path: 'credentials',
  name: 'Credentials',
  copyAs,
  view: Credentials,
};

function Credentials(): ReactNode {
  const { data, error, refetch } = useRest<{ credentials: Credential[] }>(
    { path: '/v1/credentials', query: { first: 100 } },
    { refreshMs: 30_000 },
  );
  const [isAdding, setAdding] = useState(false);
  if (data === undefined)
    return error === null ? <Loading /> : <Failure error={error} onRetry={() => refetch()} />;
  const { credentials } = data;
  if (credentials.length === 0)
    return (
      <Card title="Store your first credential">
        <div className="account-first">
          <p className="muted">
            The gateway calls QuantConnect and QuantCDN for you. It keeps your token encrypted, and never
            shows it again.
          </p>
          <CredentialForm />
        </div>
      </Card>
    );
  const refused = credentials.filter(({ status }) => status === 'REJECTED');
  return (
    <div className="stack">
      <div className="section-header">
        <p className="muted">What the gateway uses to call QuantConnect and QuantCDN for you.</p>
        <Button kind="primary" onClick={() => setAdding(true)}>
          Store a credential
        </Button>
      </div>
      {error !== null && <Failure error={error} onRetry={() => refetch()} />}
      {refused.map((one) => (
        <div key={one.id} className="notice tone-bad" role="alert">
          <p>
            {nameOfProvider(one.provider)} refuses the credential {one.label ?? one.account}. It is not used
            for polling until its token is replaced, or verified again.
          </p>
        </div>
      ))}
      <Table
        label="Credentials"
        rows={credentials}
        keyOf={({ id }) => id}
        empty={null}
        columns={[
          {
            name: 'Credential',
            render: (one) => (
              <span className="cell-title">
                {one.label ?? 'without a label'}
                {one.isDefault && <Badge tone="info">Default</Badge>}
              </span>
            ),
          },
          { name: 'Service', render: ({ provider }) => nameOfProvider(provider) },
          { name: 'Account', render: ({ account }) => <code>{account}</code> },
          {
            name: 'Organization',
            render: ({ organizationId }) =>
              organizationId === null ? (
                <span className="muted">–</span>
              ) : (
                <code title={organizationId}>{shortened(organizationId)}</code>
              ),
          },
          { name: 'Token', render: ({ tokenHint }) => <code>…{tokenHint}</code> },
          { name: 'Health', render: (one) => <Health credential={one} /> },
          { name: 'Stored', render: ({ createdAt }) => <Time at={createdAt} form="relative" /> },
          { name: 'Acts', render: (one) => <Acts credential={one} /> },
        ]}
      />
      <Dialog title="Store a credential" isOpen={isAdding} onClose={() => setAdding(false)}>
        <CredentialForm onSaved={() => setAdding(false)} />
      </Dialog>
    </div>
  );
}

function Health({ credential: { status, verificationProblem } }: { credential: Credential }): ReactNode {
  return (
    <span className="cell-title">
      <StatusBadge status={status} />
      {verificationProblem !== null && verificationProblem !== undefined && (
        <code>{verificationProblem}</code>
      )}
    </span>
  );
}

function Acts({ credential }: { credential: Credential }): ReactNode {
  const [open, setOpen] = useState<'replace' | 'delete'>();
  const act = useAct({ isShownByView: false });
  const removal = useAct();
  const path = `/v1/credentials/${credential.id}`;
  const name = credential.label ?? credential.account;
  const close = () => setOpen(undefined);
  return (
    <>
      <Menu
        items={[
          {
            name: 'Verify',
            onSelect: () =>
              void act.run(
                (client) => client.rest({ method: 'POST', path: `${path}/verify` }),
                `${name} was verified`,
              ),
          },
          { name: 'Replace token', onSelect: () => setOpen('replace') },
          {
            name: 'Make default',
            isDisabled: credential.isDefault,
            onSelect: () =>
              void act.run(
                (client) => client.rest({ method: 'PATCH', path, body: { isDefault: true } }),
                `${name} is the default now`,
              ),
          },
          { name: 'Delete', isDanger: true, onSelect: () => setOpen('delete') },
        ]}
      >
        <Button kind="quiet" isIcon isBusy={act.isBusy} aria-label={`Acts on ${name}`}>
          <Icon name="more" />
        </Button>
      </Menu>
      <ReplaceToken credential={credential} isOpen={open === 'replace'} onClose={close} />
      <Confirm
        title={`Delete ${name}?`}
        name="Delete"
        isOpen={open === 'delete'}
        onClose={close}
        act={removal}
        onConfirm={() =>
          void removal
            .run((client) => client.rest({ method: 'DELETE', path }), `${name} was deleted`)
            .then((isDone) => isDone && close())
        }
      >
        <p>
          What is watched with it is watched no longer. Deployments that are under way go on at{' '}
          {nameOfProvider(credential.provider)}.
        </p>
      </Confirm>
    </>
  );
}

function shortened(id: string): string {
  return id.length > 14 ? `${id.slice(0, 10)}…` : id;
}
