import { type Findings, gist, type LoggedEvent, TERMINAL } from './history.ts';

const RANK: Readonly<Record<string, number>> = { QUEUED: 0, RUNNING: 1, COMPLETED: 2, STOPPED: 2, FAILED: 2 };

/**
 * The events of one deployment fit together: born once and first, each change beginning where the one before ended.
 * Whether looking works is told once: the same trouble is not announced again before it is over.
 */
export const checkStory = (
  story: readonly LoggedEvent[],
  wasPrompted: boolean,
  { doubled, reordered, lost }: Omit<Findings, 'doubleDeployments'>,
): void => {
  let status: string | undefined;
  let trouble: string | null = null;
  for (const event of story) {
    const { type, seq, previousStatus } = event;
    const words = `${seq} ${gist(event)}`;
    if (status === undefined && type !== 'CREATED') {
      const isBornLater = story.some((other) => other.type === 'CREATED');
      (isBornLater ? reordered : lost).push(`${words}: before its CREATED`);
    }
    if (status !== undefined && type === 'CREATED') doubled.push(`${words}: born twice`);
    if (status !== undefined && (previousStatus ?? status) !== status) {
      reordered.push(`${words}: but it was ${status}`);
    }
    if (status !== undefined && !wasPrompted && (RANK[event.status] ?? 0) < (RANK[status] ?? 0)) {
      reordered.push(`${words}: backwards, and nobody prompted it`);
    }
    if (type === 'WATCH_DEGRADED') {
      if (trouble === event.reason) doubled.push(`${words}: ${event.reason} announced twice`);
      trouble = event.reason;
    } else if (type === 'WATCH_RECOVERED' || TERMINAL.has(event.status)) trouble = null;
    status = event.status;
  }
};
