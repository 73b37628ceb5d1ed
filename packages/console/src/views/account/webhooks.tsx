import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../design/button.tsx';
import type { CopyAsSource } from '../../design/copy-as.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import type { PathTab } from '../../design/path-tabs.tsx';
import { SecretDialog } from '../../design/secret.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';
import type { Webhook } from './webhook.ts';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookHealth } from './webhook-health.tsx';
import { WebhookPage } from './webhook-page.tsx';

const copyAs = (id: string | undefined): CopyAsSource =>
  id === undefined
    ? {
        rest: { method: 'GET', path: '/v1/webhooks' },
        typescript: `const { secret } = await client.rest<{ secret: string }>({
  method: 'POST',
  path: '/v1/webhooks',
  body: { url: 'https://example.com/hooks/quantgate', types: ['deployment.status_changed'] },
});
console.log(secret); // shown this once`,
      }
    : {
        rest: { method: 'GET', path: `/v1/webhooks/${id}/deliveries` },
        typescript: `const { deliveries } = await client.rest<{ deliveries: { outcome: string }[] }>({
  path: '/v1/webhooks/${id}/deliveries',
  query: { first: 20 },
});
console.log(deliveries);`,
      };

/** Webhooks, and what became of their deliveries. */
export const webhooksTab: PathTab = {
  path: 'webhooks',
  name: 'Webhooks',
  copyAs,
  view: ({ rest }) => (rest === undefined ? <Webhooks /> : <WebhookPage id={rest} />),
};

function Webhooks(): ReactNode {
  const { after, pagingOf } = useUrlState([]);
  const { data, error, refetch } = useRest<{ webhooks: Webhook[]; pageInfo: PageInfo }>(
    { path: '/v1/webhooks', query: { first: 20, after } },
    { refreshMs: 15_000 },
  );
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const add = (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Create a webhook
    </Button>
  );
  return (
    <div className="stack">
      {data !== undefined && data.webhooks.length > 0 && (
        <div className="section-header">
          <p className="muted">
            Events of your log, posted to URLs of yours, signed, in order, at least once.
          </p>
          {add}
        </div>
      )}
      <Table
        label="Webhooks"
        rows={data?.webhooks}
        error={error}
        onRetry={() => void refetch()}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="No webhooks yet" icon="Account" actions={add}>
            A webhook posts the events of your deployments and lists to a URL of yours, so that a service
            hears of an end without holding a stream open.
          </EmptyState>
        }
        paging={pagingOf(data?.pageInfo)}
        columns={[
          {
            name: 'URL',
            render: ({ id, url, description }) => (
              <span className="cell-lines">
                <Link className="breakable" to={`/account/webhooks/${id}`}>
                  {url}
                </Link>
                {description !== null && <span className="muted">{description}</span>}
              </span>
            ),
          },
          { name: 'Messages', render: (one) => <Selection webhook={one} /> },
          { name: 'Health', render: (one) => <WebhookHealth webhook={one} /> },
          { name: 'Created', render: ({ createdAt }) => <Time at={createdAt} form="relative" /> },
        ]}
      />
      <Dialog title="Create a webhook" isOpen={isAdding} onClose={() => setAdding(false)} isWide>
        <WebhookForm
          onCreated={(created) => {
            setAdding(false);
            setSecret(created);
          }}
        />
      </Dialog>
      <SecretDialog
        title="The webhook was created"
        name="Signing secret"
        secret={secret}
        onClose={() => setSecret(undefined)}
      >
        <p>Your receiver checks the signature of each message with it (Standard Webhooks).</p>
      </SecretDialog>
    </div>
  );
}

function Selection({ webhook: { types, taskId, taskListId } }: { webhook: Webhook }): ReactNode {
  const what = types === null ? 'All' : types.length === 1 ? types[0] : `${types.length} types`;
  const of = [taskId !== null && `task ${taskId}`, taskListId !== null && `list ${taskListId}`].filter(
    Boolean,
  );
  return (
    <span title={types?.join('\n')}>
      {what}
      {of.length > 0 && <span className="muted"> of {of.join(', ')}</span>}
    </span>
  );
}
