import type { Simulator } from '../../simulator/index.ts';
import type { Ear } from './delivery-log.ts';
import { type History, type KeyUse, type LoggedEvent, type Reader, TERMINAL } from './history.ts';
import { staleWrites } from './lease-audit.ts';

import type { OwnPostgres } from './postgres.ts';
import type { Outage } from './upstream-faults.ts';
import type { User } from './user.ts';

/** The upstream's words in the gateway's. */
const STATUS: Readonly<Record<string, string>> = {
  InQueue: 'QUEUED',
  Running: 'RUNNING',
  Stopping: 'RUNNING',
  Completed: 'COMPLETED',
  Stopped: 'STOPPED',
  Failed: 'FAILED',
};

/** Faults which answer in the operation's stead. */
const UNPERFORMED = new Set(['status500', 'status429', 'reset', 'hang']);

/** How often each prompt was carried out upstream, gathered before the simulator forgets. */
export const createPromptCounter = ({ calls }: Simulator) => {
  const counts = new Map<string, number>();
  return {
    /** To be called now and then: the simulator keeps a bounded number of calls. */
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
};

export interface EvidenceDeps {
  simulator: Simulator;
  postgres: OwnPostgres;
  users: readonly User[];
  ear: Ear;
  prompts: ReturnType<typeof createPromptCounter>;
}

/** The log of every owner, from the database itself. */
export const readLogs = async ({ postgres, users }: EvidenceDeps): Promise<Map<string, LoggedEvent[]>> => {
  const rows = await postgres.rows<LoggedEvent & { owner: string }>(
    `select owner_id as owner, seq::int as seq, type, deployment_id as "deploymentId", status,
       previous_status as "previousStatus", reason from events order by owner_id, seq`,
  );
  const logs = new Map(users.map(({ id }) => [id, [] as LoggedEvent[]]));
  for (const { owner, ...event } of rows) logs.get(owner)?.push(event);
  return logs;
};

/** Everything there is to compare. */
export const gather = async (
  deps: EvidenceDeps,
  readers: Reader[],
  keys: readonly KeyUse[],
  ownerOf: ReadonlyMap<string, string>,
): Promise<History> => {
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
    told: deps.ear.told,
    readers,
    upstream: state.deployments.map(({ deploymentId, organizationId, status }) => ({
      id: deploymentId,
      owner: ownerOf.get(organizationId) ?? organizationId,
      status: STATUS[status] ?? status,
    })),
    keys: keys.map((use) => ({ ...use, made: made(use) })),
    staleWrites: await staleWrites(deps.postgres),
  };
};

/**
 * The longest time from a change upstream of a deployment that is known to its first delivery, without the time in which
 * nobody could have learned of it.
 */
export const longestGapMs = (
  { simulator, ear }: EvidenceDeps,
  { logs }: History,
  outages: readonly Outage[],
): { ms: number; what: string } => {
  const lives = new Map(simulator.control.state().deployments.map((one) => [one.deploymentId, one]));
  let longest = { ms: 0, what: 'nothing' };
  for (const [owner, log] of logs) {
    const born = new Map(
      log.flatMap((event) => (event.type === 'CREATED' ? [[event.deploymentId, event.seq] as const] : [])),
    );
    for (const { seq, type, status, previousStatus, deploymentId } of log) {
      const life = lives.get(deploymentId);
      const heardMs = ear.firstHeardMs(owner, seq);
      if (type !== 'STATUS_CHANGED' || status === previousStatus || heardMs === undefined) continue;
      const upstreamMs = TERMINAL.has(status)
        ? life?.endedMs
        : previousStatus === 'QUEUED' && life?.startedMs;
      // Before its key was answered nobody knew that it had been made: until then there was nothing to deliver.
      const changedMs =
        upstreamMs && Math.max(upstreamMs, ear.firstHeardMs(owner, born.get(deploymentId) ?? 0) ?? 0);
      // A first end of two is not known any more: its event came before the last one.
      if (!changedMs || changedMs > heardMs) continue;
      const ms = heardMs - changedMs - overlapMs({ fromMs: changedMs, toMs: heardMs }, outages);
      if (ms > longest.ms) longest = { ms, what: `${seq} of ${owner}: ${deploymentId} ${status}` };
    }
  }
  return longest;
};

/** How much of a time lies within outages, which may overlap each other. */
export const overlapMs = ({ fromMs, toMs }: Outage, outages: readonly Outage[]): number => {
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
};
