import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Confirm } from '../../design/confirm.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { Badge } from '../../design/status-badge.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useAct, useRest } from '../../requests.ts';
import { EraseAccount } from './erase-account.tsx';
import { PasswordForm } from './password-form.tsx';
import { toBrowser } from './user-agent.ts';

interface Session {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  userAgent: string | null;
  current: boolean;
}

const copyAs = (): CopyAsSource => ({
  rest: { method: 'GET', path: '/v1/sessions' },
  typescript: `const { sessions } = await client.rest<{ sessions: { id: string; userAgent: string }[] }>({
  path: '/v1/sessions',
});
console.log(sessions);
await client.rest({ method: 'DELETE', path: '/v1/sessions' }); // all others`,
});

/** Where the user is signed in, the password, and the end of the account. */
export const securityTab: PathTab = {
  path: 'sessions',
  name: 'Sessions and password',
  copyAs,
  view: Security,
};

function Security(): ReactNode {
  return (
    <div className="stack">
      <Sessions />
      <div className="account-pair">
        <PasswordForm />
        <EraseAccount />
      </div>
    </div>
  );
}

function Sessions(): ReactNode {
  const { after, pagingOf } = useUrlState([]);
  const { data, error, refetch } = useRest<{ sessions: Session[]; pageInfo: PageInfo }>(
    { path: '/v1/sessions', query: { first: 20, after } },
    { refreshMs: 30_000 },
  );
  const [isAsking, setAsking] = useState(false);
  const others = useAct();
  const end = useAct({ isShownByView: false });
  return (
    <section className="stack" aria-label="Sessions">
      <div className="section-header">
        <h2>Where you are signed in</h2>
        <Button onClick={() => setAsking(true)}>End all others</Button>
      </div>
      <Table
        label="Sessions"
        rows={data?.sessions}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="There are no sessions">You came with a token that belongs to none.</EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          {
            name: 'Browser or program',
            render: ({ userAgent, current }) => (
              <span className="cell-title" title={userAgent ?? undefined}>
                {toBrowser(userAgent)}
                {current && <Badge tone="good">This one</Badge>}
              </span>
            ),
          },
          { name: 'Signed in', render: ({ createdAt }) => <Time at={createdAt} /> },
          { name: 'Last used', render: ({ lastUsedAt }) => <Time at={lastUsedAt} form="relative" /> },
          { name: 'Ends', render: ({ expiresAt }) => <Time at={expiresAt} form="relative" /> },
          {
            name: 'Acts',
            render: ({ id, current, userAgent }) =>
              current ? (
                <span className="muted">Sign out ends it</span>
              ) : (
                <Button
                  kind="danger"
                  isBusy={end.isBusy}
                  aria-label={`End the session of ${toBrowser(userAgent)}`}
                  onClick={() =>
                    void end.run(
                      (client) => client.rest({ method: 'DELETE', path: `/v1/sessions/${id}` }),
                      'The session was ended',
                    )
                  }
                >
                  End
                </Button>
              ),
          },
        ]}
      />
      <Confirm
        title="End all other sessions?"
        name="End all others"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        act={others}
        onConfirm={() =>
          void others
            .run(
              (client) => client.rest({ method: 'DELETE', path: '/v1/sessions' }),
              'All other sessions were ended',
            )
            .then((isDone) => isDone && setAsking(false))
        }
      >
        <p>Every other browser and program that you have signed in has to sign in again, within 5 seconds.</p>
      </Confirm>
    </section>
  );
}
