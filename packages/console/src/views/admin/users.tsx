import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Filters, SearchFilter } from '../../design/filters.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';
import { ResetTokenDialog } from './reset-token-dialog.tsx';
import { nameOfUser, type User } from './user.ts';
import { UserActs } from './user-acts.tsx';
import { UserForm } from './user-form.tsx';

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: `/v1/users${location.search}` },
  typescript: `const { user, resetToken } = await client.rest<{ user: { id: string }; resetToken: string }>({
  method: 'POST',
  path: '/v1/users',
  body: { email: 'lin@example.com', roles: ['user'] },
});
console.log(user.id, resetToken); // shown this once`,
});

/** The users of the gateway. */
export const usersTab: PathTab = { path: 'users', name: 'Users', copyAs, view: Users };

function Users(): ReactNode {
  const { filters, setFilter, after, pagingOf } = useUrlState(['email']);
  const { data, error, refetch } = useRest<{ users: User[]; pageInfo: PageInfo }>({
    path: '/v1/users',
    query: { first: 20, after, email: filters.email || undefined },
  });
  const [isAdding, setAdding] = useState(false);
  const [resetToken, setResetToken] = useState<string>();
  return (
    <div className="stack">
      <div className="section-header">
        <Filters>
          <SearchFilter
            label="E-mail"
            value={filters.email}
            onChange={(email) => setFilter('email', email)}
          />
        </Filters>
        <Button kind="primary" onClick={() => setAdding(true)}>
          Create a user
        </Button>
      </div>
      <Table
        label="Users"
        rows={data?.users}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="Nobody has this e-mail" icon="Account">
            The search takes a whole address.
          </EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          {
            name: 'User',
            render: (user) => (
              <span className="cell-lines">
                <span>{nameOfUser(user)}</span>
                {user.outside !== null && <span className="muted">of {user.outside.issuer}</span>}
              </span>
            ),
          },
          {
            name: 'Roles',
            render: ({ roles }) => (
              <span className="cell-title">
                {roles.map((role) => (
                  <Badge key={role} tone={role === 'admin' ? 'info' : 'neutral'}>
                    {role}
                  </Badge>
                ))}
              </span>
            ),
          },
          {
            name: 'State',
            render: ({ isDisabled }) =>
              isDisabled ? <Badge tone="bad">Disabled</Badge> : <Badge tone="good">Enabled</Badge>,
          },
          { name: 'Id', render: ({ id }) => <code>{id}</code> },
          { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} /> },
          { name: 'Acts', render: (user) => <UserActs user={user} onReset={setResetToken} /> },
        ]}
      />
      <Dialog title="Create a user" isOpen={isAdding} onClose={() => setAdding(false)}>
        <UserForm
          onCreated={(token) => {
            setAdding(false);
            setResetToken(token);
          }}
        />
      </Dialog>
      <ResetTokenDialog token={resetToken} onClose={() => setResetToken(undefined)} />
    </div>
  );
}
