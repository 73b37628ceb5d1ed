import { availabilityOf, type Probe } from './availability.ts';
import { overlapMs } from './collect-history.ts';
import { mayBeLost } from './forgotten.ts';
import { type History, type LoggedEvent, type UpstreamDeployment, writtenMs } from './history.ts';
import type { NemesisReport } from './nemesis.ts';
import type { EndedSession } from './sessions.ts';
import type { Outage } from './upstream-faults.ts';

/** The bounds that docs/operate/chaos.md states. Each counts from the last fault that could delay the gateway. */
export const LIMITS_MS = {
  /** From a change upstream to its first delivery. */
  gap: 25_000,
  /** From a create upstream, whoever knows of it, to its entry in the log. */
  unknown: 30_000,
  /** From the time of a guard, or from when a budget is used up, to the end of the deployment upstream. */
  guard: 25_000,
  /** From the end of a session to the end of its socket, and to the refusal of its token. */
  session: 5_000,
};

/** Reads outside disturbances that must be answered. */
const AVAILABILITY = 0.999;

/** Faults while which, or shortly after which, nothing can be delivered. */
export interface Faults extends Pick<NemesisReport, 'outages' | 'strikes'> {
  /** How much longer the bounds are on this machine: see `slownessOf`. */
  slowness: number;
}

/** The start of all servers, replicas and users on a machine that has the time for them. */
const NORMAL_START_MS = 15_000;

/** The run's own processes make each other wait; a wait up to this factor is normal on two processors. */
const NORMAL_WAIT = 3;

/**
 * A machine that is too busy to start the run in the normal time, or to let the replicas run when they could, gets longer
 * bounds in proportion.
 * @param waitFactor see `ProcessorWait`
 */
export function slownessOf(startMs: number, waitFactor = 1): number {
  return Math.max(1, startMs / NORMAL_START_MS, waitFactor / NORMAL_WAIT);
}

/**
 * How long something took after the last fault in its time. A replica that is lost begins the time anew, because another
 * one has to take over; an outage begins it anew when it is over.
 */
export function tookMs({ fromMs, toMs }: Outage, { outages, strikes }: Omit<Faults, 'slowness'>): number {
  const restarts = [
    ...strikes,
    ...outages.flatMap((outage) => (outage.fromMs < toMs ? Math.min(outage.toMs, toMs) : [])),
  ];
  const lastMs = Math.max(fromMs, ...restarts.filter((atMs) => atMs > fromMs && atMs <= toMs));
  return toMs - lastMs - overlapMs({ fromMs: lastMs, toMs }, outages);
}

/** The longest part of a time, in ms, in which nothing disturbed the gateway. */
function longestCalmMs({ fromMs, toMs }: Outage, faults: Omit<Faults, 'slowness'>): number {
  const ends = [...faults.strikes, ...faults.outages.flatMap((outage) => [outage.fromMs, outage.toMs])]
    .filter((atMs) => atMs > fromMs && atMs < toMs)
    .toSorted((one, other) => one - other);
  return Math.max(
    ...[...ends, toMs].map((endMs, index) =>
      tookMs({ fromMs: ends[index - 1] ?? fromMs, toMs: endMs - 1 }, faults),
    ),
  );
}

/** Changes that were delivered too late; `times` are from the change upstream to the delivery. */
export function lateDeliveries(times: readonly (Outage & { what: string })[], faults: Faults): string[] {
  return tooLate(times, faults, LIMITS_MS.gap, 'was delivered');
}

/** Deployments that were in the log too late. Those that never were are reported by the checker. */
export function lateEntries({ upstream, ...history }: History, faults: Faults): string[] {
  const created = entriesOf(history);
  const times = upstream.flatMap(({ id, createdMs }) => {
    const entry = created.get(id);
    return entry === undefined ? [] : [{ what: id, fromMs: createdMs, toMs: writtenMs(entry) }];
  });
  return tooLate(times, faults, LIMITS_MS.unknown, 'was in the log');
}

/** A deployment with a guard, and when that was due. */
type Guarded = UpstreamDeployment & { dueMs: number };

/** Deployments whose guard did not stop them, or too late. */
export function guardFailures(history: History, faults: Faults): string[] {
  const created = entriesOf(history);
  const guarded = guardedDeployments(history);
  const unstopped = guarded.filter((one) => one.status !== 'STOPPED' && hadTimeToStop(one, faults));
  const times = guarded.flatMap(({ id, dueMs, status, endedMs }) =>
    status !== 'STOPPED' || endedMs === null
      ? []
      : [{ what: id, fromMs: Math.max(dueMs, writtenMs(created.get(id) ?? { seq: 0 })), toMs: endedMs }],
  );
  return [
    ...unstopped.map(({ id, status }) => `${id} is ${status}, although its guard should have stopped it`),
    ...tooLate(times, faults, LIMITS_MS.guard, 'was stopped by its guard'),
  ];
}

/** How many deployments ended by themselves before their guard could stop them, because of faults. */
export function countExcusedGuards(history: History, faults: Faults): number {
  const guarded = guardedDeployments(history);
  return guarded.filter((one) => one.status !== 'STOPPED' && !hadTimeToStop(one, faults)).length;
}

function guardedDeployments(history: History): Guarded[] {
  const guardOf = new Map(history.keys.map(({ about, guardSeconds }) => [about, guardSeconds]));
  return history.upstream.flatMap((one) => {
    const seconds = guardOf.get(one.taskId);
    const isForgotten = mayBeLost(history, { fromMs: one.createdMs, toMs: one.createdMs });
    return seconds === undefined || isForgotten ? [] : [{ ...one, dueMs: one.createdMs + 1_000 * seconds }];
  });
}

/** Whether the gateway was left alone for as long as it may take to stop a deployment, before that ended by itself. */
function hadTimeToStop({ dueMs, endedMs }: Guarded, faults: Faults): boolean {
  if (endedMs === null) return true;
  return longestCalmMs({ fromMs: dueMs, toMs: endedMs }, faults) > LIMITS_MS.guard * faults.slowness;
}

/** Answers that say that the gateway has a bug. */
export function internalErrors(refusals: ReadonlyMap<string, number>, probes: readonly Probe[]): string[] {
  return ['INTERNAL', 'HTTP_500'].flatMap((code) => {
    const count = (refusals.get(code) ?? 0) + probes.filter((probe) => probe.code === code).length;
    return count === 0 ? [] : [`${count} requests were answered with ${code}`];
  });
}

/** Sessions whose socket stayed open, or whose token was still valid, after their end. */
export function sessionFailures(
  sessions: readonly EndedSession[],
  { disturbances, interruptions, strikes, restores }: NemesisReport,
  slowness: number,
): string[] {
  const judged = sessions.filter((one) => !mayBeLost({ restores }, one));
  const faults = { outages: [...disturbances, ...interruptions], strikes, slowness };
  const refused = judged.flatMap(({ what, fromMs, refusedMs }) =>
    refusedMs === undefined ? [] : [{ what, fromMs, toMs: refusedMs }],
  );
  return [
    ...tooLate(judged, faults, LIMITS_MS.session, 'closed its socket'),
    ...tooLate(refused, faults, LIMITS_MS.session, 'had its token refused'),
    ...judged.flatMap(({ what, refusedMs }) =>
      refusedMs === undefined ? [`${what}: its token is still taken`] : [],
    ),
  ];
}

/** Reads that failed although nothing disturbed them. */
export function unavailability(probes: readonly Probe[], disturbances: readonly Outage[]): string[] {
  const { share, reads, failures } = availabilityOf(probes, disturbances);
  if (share >= AVAILABILITY) return [];
  const codes = [...new Set(failures)].join(', ');
  return [`${failures.length} of ${reads} undisturbed reads failed: ${codes}`];
}

/** One text for each time that is longer than the limit allows after the last fault in it. */
export function tooLate(
  times: readonly (Outage & { what: string })[],
  faults: Faults,
  normalLimitMs: number,
  verb: string,
): string[] {
  const limitMs = normalLimitMs * faults.slowness;
  return times.flatMap(({ what, ...time }) => {
    const ms = tookMs(time, faults);
    if (ms <= limitMs) return [];
    return [
      `${what} ${verb} ${(ms / 1_000).toFixed(1)} s after the last fault, ${(limitMs / 1_000).toFixed(0)} s are allowed`,
    ];
  });
}

/** The first entry of each deployment, also if it was lost by a restore. */
function entriesOf({ logs, lostEvents }: Pick<History, 'logs' | 'lostEvents'>): Map<string, LoggedEvent> {
  const created = [...logs.values(), ...lostEvents.values()].flat().filter(({ type }) => type === 'CREATED');
  created.sort((one, other) => other.seq - one.seq);
  return new Map(created.map((event) => [event.deploymentId, event]));
}
