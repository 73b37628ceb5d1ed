import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad';

/** The words and the tone of every status that the schema has; a word of a newer gateway is shown as it is. */
const STATUSES: Readonly<Record<string, readonly [words: string, tone: Tone, isLive?: boolean]>> = {
  // Deployments
  QUEUED: ['Queued', 'neutral', true],
  RUNNING: ['Running', 'info', true],
  COMPLETED: ['Completed', 'good'],
  STOPPED: ['Stopped', 'warn'],
  FAILED: ['Failed', 'bad'],
  UNKNOWN: ['Unknown', 'neutral'],
  // AI tasks and their runs
  PENDING: ['Pending', 'neutral'],
  READY: ['Ready', 'info'],
  IN_PROGRESS: ['In progress', 'info', true],
  STARTING: ['Starting', 'info', true],
  STOPPING: ['Stopping', 'warn', true],
  CANCELLED: ['Cancelled', 'warn'],
  BLOCKED: ['Blocked', 'warn'],
  UNREACHABLE: ['Unreachable', 'bad'],
  // Credentials
  VERIFIED: ['Verified', 'good'],
  UNVERIFIED: ['Not verified yet', 'warn'],
  REJECTED: ['Rejected', 'bad'],
};

/** A status in words and color. */
export function StatusBadge({ status }: { status: string }): ReactNode {
  const [words, tone, isLive = false] = STATUSES[status] ?? [toWords(status), 'neutral' as const];
  return (
    <Badge tone={tone} isLive={isLive}>
      {words}
    </Badge>
  );
}

/** Any other short fact that has a tone. */
export function Badge({
  tone = 'neutral',
  isLive = false,
  children,
}: {
  tone?: Tone;
  isLive?: boolean;
  children: ReactNode;
}): ReactNode {
  return <span className={`badge tone-${tone}${isLive ? ' is-live' : ''}`}>{children}</span>;
}

/** `GUARD_MAX_TOKENS` → `Guard max tokens`. */
export function toWords(word: string): string {
  const text = word.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
