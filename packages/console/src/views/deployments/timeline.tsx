import type { DeploymentEventFieldsFragment, DeploymentEventType } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Card } from '../../design/card.tsx';
import { StatusBadge, type Tone, toWords } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';

type Event = DeploymentEventFieldsFragment;

const KINDS: Readonly<Partial<Record<DeploymentEventType, readonly [words: string, tone: Tone]>>> = {
  CREATED: ['Created', 'neutral'],
  PROMPTED: ['Prompt sent', 'info'],
  GUARD_WARNED: ['Limit nearly used', 'warn'],
  GUARD_TRIPPED: ['Limit exceeded', 'bad'],
  BUDGET_WARNED: ['Budget nearly used', 'warn'],
  BUDGET_REACHED: ['Budget used up', 'bad'],
  DELETED: ['Deleted', 'neutral'],
  WATCH_DEGRADED: ['Cannot be read', 'warn'],
  WATCH_RECOVERED: ['Read again', 'good'],
};

/** The events of a deployment, newest first. */
export function Timeline({ events }: { events: readonly Event[] }): ReactNode {
  return (
    <Card title="Events">
      <ol className="timeline" aria-label="Events">
        {events.toReversed().map((event) => (
          <TimelineItem key={event.id} event={event} />
        ))}
      </ol>
    </Card>
  );
}

function TimelineItem({ event }: { event: Event }): ReactNode {
  const [words, tone] = KINDS[event.type] ?? [toWords(event.type), 'neutral' as const];
  return (
    <li className={`timeline-item is-${event.type === 'STATUS_CHANGED' ? 'status' : tone}`}>
      <span>
        {event.type === 'STATUS_CHANGED' ? <StatusBadge status={event.status} /> : words}
        {event.reason != null && event.reason !== '' && (
          <span className="timeline-reason muted">{event.reason}</span>
        )}
      </span>
      <span className="muted">
        <Time at={event.occurredAt} form="time" />
      </span>
    </li>
  );
}
