import { setTimeout as pause } from 'node:timers/promises';
import { type HistoryDeps, readLogs } from './collect-history.ts';
import type { Restore } from './faults/restore.ts';
import { forgottenDeployments } from './forgotten.ts';
import type { KeyUse, LoggedEvent, Reader } from './history.ts';
import { TERMINAL } from './history.ts';

/** Waits until a condition holds; false if it did not in time, which the checker then reports. */
async function within(limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const endMs = Date.now() + limitMs;
  while (Date.now() < endMs) {
    if (await holds()) return true;
    await pause(500);
  }
  return false;
}

/** An end in the same second as the end before a revival is accepted half a minute later. */
const LOG_LIMIT_MS = 60_000;

/** The time of six sweeps. */
const READERS_LIMIT_MS = 30_000;

/** Waits until the log has every end, and then until every subscriber has caught up with the log. */
export async function waitForCatchUp(
  deps: HistoryDeps,
  {
    readers,
    keys,
    restores,
  }: { readers: readonly Reader[]; keys: readonly KeyUse[]; restores: readonly Restore[] },
  log: (text: string) => void,
): Promise<void> {
  let logs = new Map<string, LoggedEvent[]>();
  const hasEveryEnd = async (): Promise<boolean> => {
    logs = await readLogs(deps);
    const last = new Map([...logs.values()].flat().map((event) => [event.deploymentId, event.status]));
    const { deployments } = deps.simulator.control.state();
    const upstream = deployments.map(({ deploymentId: id, createdMs }) => ({ id, createdMs }));
    const forgotten = forgottenDeployments({ restores, keys, upstream });
    return upstream.every(({ id }) => forgotten.has(id) || TERMINAL.has(last.get(id) ?? ''));
  };
  if (!(await within(LOG_LIMIT_MS, hasEveryEnd))) log('the log does not have every end');
  // A later event would be wrong; wait for some polls, so that it would be found.
  await pause(3_000);
  logs = await readLogs(deps);

  const lastOf = ({ owner, deploymentId }: Reader): number =>
    logs.get(owner)?.findLast((event) => deploymentId === undefined || event.deploymentId === deploymentId)
      ?.seq ?? 0;
  const haveCaughtUp = async (): Promise<boolean> =>
    readers.every((reader) => reader.isComplete || (reader.seen.at(-1) ?? 0) >= lastOf(reader));
  if (!(await within(READERS_LIMIT_MS, haveCaughtUp))) log('not every subscriber has caught up');
}

/** Keys that got no answer, although the faults were over. */
export function unanswered(keys: readonly KeyUse[]): string[] {
  return keys.flatMap(({ key, kind, answers, isAbandoned }) =>
    answers.size === 0 && !isAbandoned ? `${kind} of key ${key}: never answered` : [],
  );
}
