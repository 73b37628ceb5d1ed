import type { DeploymentFieldsFragment } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Card } from '../../design/card.tsx';
import { Duration } from '../../design/duration.tsx';
import { Badge, StatusBadge, toWords } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';

type Deployment = DeploymentFieldsFragment;

/** The deployments that have not ended. */
export function RunningNow({ deployments }: { deployments: readonly Deployment[] }): ReactNode {
  const running = deployments.filter(({ isTerminal }) => !isTerminal);
  return (
    <Card title={running.length === 0 ? 'Runs now' : `Runs now (${running.length})`}>
      {running.length === 0 ? (
        <p className="muted">Nothing runs. What is deployed appears here by itself.</p>
      ) : (
        <ul className="runs" aria-label="Runs now">
          {running.map((deployment) => (
            <Run key={deployment.id} deployment={deployment}>
              {deployment.isStale && <Badge tone="warn">Cannot be read</Badge>}
              <span className="muted">
                {deployment.status !== 'QUEUED' && (deployment.startedAt ?? deployment.createdAt) != null ? (
                  <Duration from={String(deployment.startedAt ?? deployment.createdAt)} />
                ) : (
                  'in the queue'
                )}
              </span>
            </Run>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** The deployments that ended on this day of the reader, and how. */
export function EndedToday({ deployments }: { deployments: readonly Deployment[] }): ReactNode {
  const today = new Date().toDateString();
  const ended = deployments
    .filter(({ isTerminal, endedAt }) => isTerminal && endedAt && new Date(endedAt).toDateString() === today)
    .toSorted((a, b) => String(b.endedAt).localeCompare(String(a.endedAt)));
  return (
    <Card
      title={ended.length === 0 ? 'Ended today' : `Ended today (${ended.length})`}
      actions={<Link to="/deployments">All deployments</Link>}
    >
      {ended.length === 0 ? (
        <p className="muted">Nothing has ended today.</p>
      ) : (
        <ul className="runs" aria-label="Ended today">
          {ended.map((deployment) => (
            <Run key={deployment.id} deployment={deployment}>
              <span className="muted">{howOf(deployment)}</span>
              <Time at={deployment.endedAt} form="time" />
            </Run>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Run({ deployment, children }: { deployment: Deployment; children: ReactNode }): ReactNode {
  return (
    <li>
      <StatusBadge status={deployment.status} />
      <Link to={`/deployments/${deployment.id}`} className="run-name">
        {deployment.prompt || deployment.id}
      </Link>
      <span className="run-aside">{children}</span>
    </li>
  );
}

/** What the status does not say already. */
function howOf({ endReason, runtimeError, status }: Deployment): ReactNode {
  if (runtimeError) return <span className="run-error">{runtimeError}</span>;
  return endReason == null || endReason === status || endReason === 'UNKNOWN' ? null : toWords(endReason);
}
