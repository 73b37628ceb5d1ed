import { setTimeout as pause } from 'node:timers/promises';
import { type EvidenceDeps, readLogs } from './collect-history.ts';
import type { KeyUse, LoggedEvent, Reader } from './history.ts';
import { TERMINAL } from './history.ts';

/** Waits for something that must become true; false when it did not in time, which the checker then explains. */
const within = async (limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> => {
  const endMs = Date.now() + limitMs;
  while (Date.now() < endMs) {
    if (await isSo()) return true;
    await pause(500);
  }
  return false;
};

/** An end that came in the same second as the one before a revival is believed half a minute later. */
const LOG_LIMIT_MS = 60_000;

/** Six sweeps. */
const READERS_LIMIT_MS = 30_000;

/** Waits until the log has every end, and then until every subscriber has caught up with the log. */
export const settle = async (
  deps: EvidenceDeps,
  readers: readonly Reader[],
  say: (text: string) => void,
): Promise<void> => {
  let logs = new Map<string, LoggedEvent[]>();
  const hasEveryEnd = async (): Promise<boolean> => {
    logs = await readLogs(deps);
    const last = new Map([...logs.values()].flat().map((event) => [event.deploymentId, event.status]));
    const { deployments } = deps.simulator.control.state();
    return deployments.every(({ deploymentId }) => TERMINAL.has(last.get(deploymentId) ?? ''));
  };
  if (!(await within(LOG_LIMIT_MS, hasEveryEnd))) say('the log does not have every end');
  // A later event would be a change nobody made; some of the poller's looks are given the time for it.
  await pause(3_000);
  logs = await readLogs(deps);

  const lastOf = ({ owner, deploymentId }: Reader): number =>
    logs.get(owner)?.findLast((event) => deploymentId === undefined || event.deploymentId === deploymentId)
      ?.seq ?? 0;
  const haveCaughtUp = async (): Promise<boolean> =>
    readers.every((reader) => reader.isComplete || (reader.seen.at(-1) ?? 0) >= lastOf(reader));
  if (!(await within(READERS_LIMIT_MS, haveCaughtUp))) say('not every subscriber has caught up');
};

/** Keys that never got an answer, although everything had been well for long. */
export const unanswered = (keys: readonly KeyUse[]): string[] =>
  keys.flatMap(({ key, kind, answers }) =>
    answers.size === 0 ? `${kind} of key ${key}: never answered` : [],
  );
