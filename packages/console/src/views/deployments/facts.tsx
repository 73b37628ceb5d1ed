import type { DeploymentEventFieldsFragment, DeploymentFieldsFragment } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Card } from '../../design/card.tsx';
import { Duration } from '../../design/duration.tsx';
import { toWords } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import type { Known } from './use-known.ts';

/** What a deployment is, and how it stands. */
export function Facts({
  id,
  deployment,
  lastEvent,
  more,
}: {
  id: string;
  deployment: DeploymentFieldsFragment | undefined;
  lastEvent: DeploymentEventFieldsFragment | undefined;
  more: Known['more'];
}): ReactNode {
  const taskId = deployment?.taskId ?? lastEvent?.taskId;
  const rows: [string, ReactNode][] = [
    ['Id', code(id)],
    ['Task', taskId == null ? undefined : linkToTask(taskId)],
    ['Agent', deployment?.agentId],
    ['Model', deployment?.model],
    ['Machine', more?.machine],
    ['Raw status', deployment?.rawStatus ?? lastEvent?.rawStatus],
    ['Created', deployment?.createdAt && <Time at={deployment.createdAt} />],
    [
      'Ran',
      deployment?.startedAt && <Duration from={deployment.startedAt} to={deployment.endedAt ?? undefined} />,
    ],
    ['Ended', deployment?.endedAt && <Time at={deployment.endedAt} />],
    ['End reason', deployment?.endReason && toWords(deployment.endReason)],
    ['Last read', deployment && <Time at={deployment.observedAt} form="relative" />],
  ];
  return (
    <Card title="State">
      <dl className="facts">
        {rows
          .filter(([, value]) => value != null && value !== '')
          .map(([name, value]) => (
            <div key={name} className={name === 'Id' ? 'facts-row is-wide' : 'facts-row'}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Card>
  );
}

const code = (text: string): ReactNode => <code>{text}</code>;

const linkToTask = (id: string): ReactNode => <Link to={`/tasks/${id}`}>{id}</Link>;
