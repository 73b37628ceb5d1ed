import type { ReactNode } from 'react';
import { Badge, type Tone } from '../../design/status-badge.tsx';
import { Time } from '../../design/time.tsx';
import type { Webhook } from './webhook.ts';

const REASONS: Readonly<Record<string, string>> = {
  OWNER: 'Disabled',
  GONE: 'Disabled: the receiver said 410',
  FAILING: 'Disabled: it failed for three days',
};

/** Whether a webhook delivers. */
export function WebhookHealth({ webhook }: { webhook: Webhook }): ReactNode {
  const { isDisabled, disabledReason, failures, nextTryAt } = webhook;
  if (isDisabled)
    return (
      <Badge tone={disabledReason === 'OWNER' ? 'neutral' : 'bad'}>
        {REASONS[disabledReason ?? ''] ?? 'Disabled'}
      </Badge>
    );
  if (failures === 0) return <Badge tone="good">Active</Badge>;
  return (
    <span className="cell-title">
      <Badge tone="warn">
        {failures === 1 ? 'The last try failed' : `The last ${failures} tries failed`}
      </Badge>
      {nextTryAt !== null && (
        <span className="muted">
          next at <Time at={nextTryAt} form="time" />
        </span>
      )}
    </span>
  );
}

const OUTCOMES: Readonly<Record<string, readonly [words: string, tone: Tone]>> = {
  DELIVERED: ['Delivered', 'good'],
  GONE: ['Gone', 'bad'],
  REFUSED: ['Refused', 'bad'],
  TIMEOUT: ['No answer in time', 'warn'],
  UNREACHABLE: ['Unreachable', 'warn'],
  ADDRESS_REFUSED: ['Address not allowed', 'bad'],
};

/** What came of one try. */
export function DeliveryOutcome({ outcome }: { outcome: string }): ReactNode {
  const [words, tone] = OUTCOMES[outcome] ?? [outcome, 'neutral' as const];
  return <Badge tone={tone}>{words}</Badge>;
}
