import type { Simulator } from '../../simulator/index.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { type History, type KeyUse, type LoggedEvent, type Reader, TERMINAL } from './history.ts';
import { staleWrites } from './lease-audit.ts';

import type { OwnPostgres } from './postgres.ts';
import type { Outage } from './upstream-faults.ts';
import type { User } from './user.ts';

/** The gateway's statuses by the upstream's. */
const STATUS: Readonly<Record<string, string>> = {
  InQueue: 'QUEUED',
  Running: 'RUNNING',
  Stopping: 'RUNNING',
  Completed: 'COMPLETED',
  Stopped: 'STOPPED',
  Failed: 'FAILED',
};

/** Faults that prevent the operation. */
const UNPERFORMED = new Set(['status500', 'status429', 'reset', 'hang']);

/** Counts how often each prompt was carried out upstream. */
export function createPromptCounter({ calls }: Simulator) {
  const counts = new Map<string, number>();
  return {
    /** Call it from time to time: the simulator keeps a bounded number of calls. */
    gather(): void {
      for (const { path, body, fault } of calls.all()) {
        if (!path.endsWith('/deployments/prompt') || UNPERFORMED.has(fault ?? '')) continue;
        const { prompt } = body as { prompt: string };
        counts.set(prompt, (counts.get(prompt) ?? 0) + 1);
      }
      calls.reset();
    },
    of: (prompt: string): number => counts.get(prompt) ?? 0,
  };
}

export interface HistoryDeps {
  simulator: Simulator;
  postgres: OwnPostgres;
  users: readonly User[];
  deliveryLog: DeliveryLog;
  prompts: ReturnType<typeof createPromptCounter>;
}

/** The log of every owner, read from the database. */
export async function readLogs({ postgres, users }: HistoryDeps): Promise<Map<string, LoggedEvent[]>> {
  const rows = await postgres.rows<LoggedEvent & { owner: string }>(
    `select owner_id as owner, seq::float8 as seq, type, deployment_id as "deploymentId", status,
       previous_status as "previousStatus", reason, occurred_at::float8 as "occurredMs" from events order by owner_id, seq`,
  );
  const logs = new Map(users.map(({ id }) => [id, [] as LoggedEvent[]]));
  for (const { owner, ...event } of rows) logs.get(owner)?.push(event);
  return logs;
}

/** Collects all that the checker compares. */
export async function collectHistory(
  deps: HistoryDeps,
  readers: Reader[],
  keys: readonly KeyUse[],
  ownerOf: ReadonlyMap<string, string>,
): Promise<History> {
  const state = deps.simulator.control.state();
  deps.prompts.gather();
  const made = ({ kind, key, about }: KeyUse): string[] => {
    if (kind === 'prompt') return Array(deps.prompts.of(`do ${key}`)).fill(about);
    if (kind === 'deployment') {
      return state.deployments.flatMap((one) => (String(one.taskId) === about ? one.deploymentId : []));
    }
    const name = key.replace('task ', 'T');
    return state.tasks.flatMap((one) => (one.name.split(' ')[0] === name ? String(one.id) : []));
  };
  return {
    logs: await readLogs(deps),
    delivered: deps.deliveryLog.delivered,
    readers,
    upstream: state.deployments.map(
      ({ deploymentId, organizationId, taskId, status, createdMs, endedMs }) => ({
        id: deploymentId,
        owner: ownerOf.get(organizationId) ?? organizationId,
        taskId: String(taskId),
        status: STATUS[status] ?? status,
        createdMs,
        endedMs,
      }),
    ),
    keys: keys.map((use) => ({ ...use, made: made(use) })),
    staleWrites: await staleWrites(deps.postgres),
  };
}

/** The times from changes of deployments upstream to their first delivery. */
export function deliveryTimes(
  { simulator, deliveryLog }: HistoryDeps,
  { logs }: History,
): (Outage & { what: string })[] {
  const times: (Outage & { what: string })[] = [];
  const deployments = new Map(simulator.control.state().deployments.map((one) => [one.deploymentId, one]));
  for (const [owner, log] of logs) {
    const created = new Map(
      log.flatMap((event) => (event.type === 'CREATED' ? [[event.deploymentId, event.seq] as const] : [])),
    );
    for (const { seq, type, status, previousStatus, deploymentId } of log) {
      const deployment = deployments.get(deploymentId);
      const deliveredMs = deliveryLog.firstDeliveredMs(owner, seq);
      if (type !== 'STATUS_CHANGED' || status === previousStatus || deliveredMs === undefined) continue;
      const upstreamMs = TERMINAL.has(status)
        ? deployment?.endedMs
        : previousStatus === 'QUEUED' && deployment?.startedMs;
      // A deployment is known when its key is answered: earlier changes cannot be delivered before that.
      const changedMs =
        upstreamMs &&
        Math.max(upstreamMs, deliveryLog.firstDeliveredMs(owner, created.get(deploymentId) ?? 0) ?? 0);
      // The simulator knows only the last end: the event of an earlier end is skipped.
      if (!changedMs || changedMs > deliveredMs) continue;
      const what = `${seq} of ${owner}: ${deploymentId} ${status}`;
      times.push({ what, fromMs: changedMs, toMs: deliveredMs });
    }
  }
  return times;
}

/** The longest of these times, without the times of outages, in which no delivery is possible. */
export function longestGap(
  times: readonly (Outage & { what: string })[],
  outages: readonly Outage[],
): { ms: number; what: string } {
  let longest = { ms: 0, what: 'nothing' };
  for (const { what, ...time } of times) {
    const ms = time.toMs - time.fromMs - overlapMs(time, outages);
    if (ms > longest.ms) longest = { ms, what };
  }
  return longest;
}

/** The part of a time that lies within outages, which may overlap. */
export function overlapMs({ fromMs, toMs }: Outage, outages: readonly Outage[]): number {
  let total = 0;
  let coveredMs = fromMs;
  for (const outage of outages.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const startMs = Math.max(coveredMs, outage.fromMs);
    const endMs = Math.min(toMs, outage.toMs);
    if (endMs <= startMs) continue;
    total += endMs - startMs;
    coveredMs = endMs;
  }
  return total;
}
