import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Card } from '../../design/card.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import { Table } from '../../design/table.tsx';
import { Time } from '../../design/time.tsx';
import { useUrlState } from '../../design/url-state.ts';
import { type PageInfo, useRest } from '../../requests.ts';
import type { Delivery, Webhook } from './webhook.ts';
import { WebhookActs } from './webhook-acts.tsx';
import { DeliveryOutcome, WebhookHealth } from './webhook-health.tsx';

/** Deliveries are read again after so long. */
const REFRESH_MS = 5_000;

/** One webhook with its deliveries. */
export function WebhookPage({ id }: { id: string }): ReactNode {
  const path = `/v1/webhooks/${encodeURIComponent(id)}`;
  const { data: webhook, error, refetch } = useRest<Webhook>({ path }, { refreshMs: REFRESH_MS });
  if (webhook === undefined)
    return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <div className="stack">
      <p>
        <Link to="/account/webhooks">All webhooks</Link>
      </p>
      <Card
        title={
          <span className="cell-title">
            <span className="breakable">{webhook.url}</span>
            <WebhookHealth webhook={webhook} />
          </span>
        }
        actions={<WebhookActs webhook={webhook} />}
      >
        <dl className="facts">
          {webhook.description !== null && (
            <>
              <dt>Description</dt>
              <dd>{webhook.description}</dd>
            </>
          )}
          <dt>Messages</dt>
          <dd>{webhook.types === null ? 'All types' : <code>{webhook.types.join(', ')}</code>}</dd>
          {webhook.taskId !== null && (
            <>
              <dt>Task</dt>
              <dd>
                <Link to={`/tasks/${webhook.taskId}`}>{webhook.taskId}</Link>
              </dd>
            </>
          )}
          {webhook.taskListId !== null && (
            <>
              <dt>Task list</dt>
              <dd>
                <Link to={`/lists/${encodeURIComponent(webhook.taskListId)}`}>{webhook.taskListId}</Link>
              </dd>
            </>
          )}
          <dt>Delivered up to</dt>
          <dd>
            <code>{webhook.position}</code>
          </dd>
          <dt>Secrets</dt>
          <dd>
            {webhook.secrets.map(({ id: secretId, createdAt }, index) => (
              <span key={secretId}>
                {index > 0 && ', '}
                made <Time at={createdAt} form="relative" />
              </span>
            ))}
          </dd>
        </dl>
      </Card>
      <h2>Deliveries</h2>
      <Deliveries path={`${path}/deliveries`} />
    </div>
  );
}

function Deliveries({ path }: { path: string }): ReactNode {
  const { after, pagingOf } = useUrlState([]);
  const { data, error, refetch } = useRest<{ deliveries: Delivery[]; pageInfo: PageInfo }>(
    { path, query: { first: 20, after } },
    { refreshMs: after === undefined && REFRESH_MS },
  );
  return (
    <Table
      label="Deliveries"
      rows={data?.deliveries}
      error={error}
      onRetry={() => void refetch()}
      keyOf={({ id }) => id}
      empty={
        <EmptyState title="Nothing was delivered yet">
          It begins with the events after its making. Send a test to see whether the receiver answers.
        </EmptyState>
      }
      paging={pagingOf(data?.pageInfo)}
      columns={[
        { name: 'Tried', render: ({ attemptedAt }) => <Time at={attemptedAt} /> },
        { name: 'Message', render: ({ type }) => <code>{type}</code> },
        { name: 'Outcome', render: ({ outcome }) => <DeliveryOutcome outcome={outcome} /> },
        {
          name: 'Status',
          isNumber: true,
          render: ({ status }) => status ?? <span className="muted">–</span>,
        },
        { name: 'Time', isNumber: true, render: ({ durationMs }) => `${Math.round(durationMs)} ms` },
        {
          name: 'Event',
          render: ({ eventId, messageId }) => (
            <code title={`webhook-id ${messageId}`}>{eventId ?? <span className="muted">–</span>}</code>
          ),
        },
      ]}
    />
  );
}
