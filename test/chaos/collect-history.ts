import type { Simulator } from '../../simulator/index.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { Restore } from './faults/restore.ts';
import { type History, type KeyUse, type LoggedEvent, type Reader, TERMINAL } from './history.ts';
import { staleWrites } from './lease-audit.ts';
import type { OwnPostgres } from './postgres.ts';
import type { Outage } from './upstream-faults.ts';
import { statusOf, type UpstreamHistory } from './upstream-history.ts';
import type { User } from './user.ts';

/** Faults that prevent the operation. */
const UNPERFORMED = new Set(['status500', 'status429', 'reset', 'hang']);

const ENDS = new Set(['completed', 'failed']);

/** Counts how often each prompt was carried out upstream, and how often an end was written to each AI task. */
export function createCallCounter({ calls }: Simulator) {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  return {
    /** Call it from time to time: the simulator keeps a bounded number of calls. */
    gather(): void {
      for (const { path, operation, body, fault } of calls.all()) {
        if (UNPERFORMED.has(fault ?? '')) continue;
        if (path.endsWith('/deployments/prompt')) count(`prompt ${(body as { prompt: string }).prompt}`);
        const isEnd = operation === 'updateTask' && ENDS.has((body as { status?: string }).status ?? '');
        if (isEnd) count(`end ${path.split('/').at(-1)}`);
      }
      calls.reset();
    },
    prompts: (prompt: string): number => counts.get(`prompt ${prompt}`) ?? 0,
    ends: (aiTaskId: string): number => counts.get(`end ${aiTaskId}`) ?? 0,
  };
}

export interface HistoryDeps {
  simulator: Simulator;
  postgres: OwnPostgres;
  users: readonly User[];
  deliveryLog: DeliveryLog;
  calls: ReturnType<typeof createCallCounter>;
  reached: UpstreamHistory;
}

/** The log of every owner, read from the database, or from an earlier one that was replaced. */
export async function readLogs(
  { postgres, users }: Pick<HistoryDeps, 'postgres' | 'users'>,
  database?: string,
): Promise<Map<string, LoggedEvent[]>> {
  const rows = await postgres.rows<LoggedEvent & { owner: string }>(
    `select owner_id as owner, seq::float8 as seq, type, deployment_id as "deploymentId", status,
       previous_status as "previousStatus", reason from events order by owner_id, seq`,
    database,
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
  restores: Restore[],
): Promise<History> {
  const state = deps.simulator.control.state();
  deps.calls.gather();
  const { tasks: aiTasks } = deps.simulator.quantcdn.state();
  const listRuns = await deps.postgres.rows<{ id: string; list: string }>(
    'select id, task_list_id as list from ai_list_runs',
  );
  const made = ({ kind, key, about }: KeyUse): string[] => {
    if (kind === 'listRun') return listRuns.flatMap(({ id, list }) => (list === about ? id : []));
    if (kind === 'aiTask') {
      const title = key.replace('aiTask ', 'A');
      return aiTasks.flatMap((one) => (one.title === title ? one.taskId : []));
    }
    if (kind === 'prompt') return Array(deps.calls.prompts(`do ${key}`)).fill(about);
    if (kind === 'deployment') {
      return state.deployments.flatMap((one) => (String(one.taskId) === about ? one.deploymentId : []));
    }
    const name = key.replace('task ', 'T');
    return state.tasks.flatMap((one) => (one.name.split(' ')[0] === name ? String(one.id) : []));
  };
  const logs = await readLogs(deps);
  return {
    logs,
    delivered: deps.deliveryLog.delivered,
    readers,
    upstream: state.deployments.map(
      ({ deploymentId, organizationId, taskId, status, createdMs, endedMs }) => ({
        id: deploymentId,
        owner: ownerOf.get(organizationId) ?? organizationId,
        taskId: String(taskId),
        status: statusOf(status),
        createdMs,
        endedMs,
      }),
    ),
    keys: keys.map((use) => ({ ...use, made: made(use) })),
    reached: new Map(state.deployments.map(({ deploymentId: id }) => [id, deps.reached.of(id)])),
    staleWrites: await staleWrites(deps.postgres, restores),
    restores,
    lostEvents: await findLostEvents(deps, logs, restores),
  };
}

/** Events of databases that were replaced by older copies, and that the log does not have any more. */
async function findLostEvents(
  deps: HistoryDeps,
  logs: History['logs'],
  restores: readonly Restore[],
): Promise<History['lostEvents']> {
  const lost = new Map([...logs.keys()].map((owner) => [owner, [] as LoggedEvent[]]));
  for (const { lostDatabase } of restores) {
    for (const [owner, log] of await readLogs(deps, lostDatabase)) {
      const kept = new Set([...(logs.get(owner) ?? []), ...(lost.get(owner) ?? [])].map(({ seq }) => seq));
      lost.get(owner)?.push(...log.filter(({ seq }) => !kept.has(seq)));
    }
  }
  return lost;
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
