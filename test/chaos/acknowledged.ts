import { forgottenDeployments, mayBeLost } from './forgotten.ts';
import { type History, type KeyUse, type LoggedEvent, TERMINAL } from './history.ts';
import { type Faults, LIMITS_MS, tookMs } from './judgments.ts';

/**
 * What was acknowledged, or reached upstream, and is not in the log. The numbers of events have gaps, so an event that is
 * missing is found by what it should say.
 */
export function missingEntries(history: History, faults: Faults): string[] {
  const forgotten = forgottenDeployments(history);
  // What was written and then lost by a restore was acknowledged as well.
  const written = [...history.logs.values(), ...history.lostEvents.values()].flat();
  const events = Map.groupBy(written, ({ deploymentId }) => deploymentId);
  const ownerOf = new Map(
    [...history.logs].flatMap(([owner, log]) =>
      log.map(({ deploymentId }) => [deploymentId, owner] as const),
    ),
  );
  const missing: string[] = [];
  for (const use of history.keys) {
    if (mayBeLost(history, use)) continue;
    for (const id of use.kind === 'deployment' ? use.answers : [])
      if (ownerOf.get(id) !== use.owner)
        missing.push(`${id}, the answer to ${use.key}, is not in the log of ${use.owner}`);
  }
  for (const { id } of history.upstream) {
    if (forgotten.has(id)) continue;
    const own = events.get(id) ?? [];
    missing.push(...missingPrompts(id, own, history.keys), ...missingStatuses(id, own, history, faults));
    missing.push(...missingTrips(id, own, history));
  }
  return missing;
}

/** Each prompt that was carried out is in the log once. */
function missingPrompts(id: string, events: readonly LoggedEvent[], keys: readonly KeyUse[]): string[] {
  const made = keys.filter(({ kind, about }) => kind === 'prompt' && about === id).flatMap((use) => use.made);
  const logged = events.filter(({ type }) => type === 'PROMPTED').length;
  return logged === made.length
    ? []
    : [`${id} was prompted ${made.length} times and is so ${logged} times in the log`];
}

/** An end in the log was reached upstream, and what lasted longer than a delivery may take is in the log. */
function missingStatuses(
  id: string,
  events: readonly LoggedEvent[],
  { reached }: History,
  faults: Faults,
): string[] {
  const statuses = reached.get(id) ?? [];
  const logged = new Set(events.map(({ status }) => status));
  const invented = [...logged].filter(
    (status) => TERMINAL.has(status) && !statuses.some((one) => one.status === status),
  );
  const limitMs = LIMITS_MS.gap * faults.slowness;
  const overlooked = statuses.filter(({ status, fromMs }, index) => {
    const toMs = statuses[index + 1]?.fromMs ?? fromMs;
    return !logged.has(status) && tookMs({ fromMs, toMs }, faults) > limitMs;
  });
  return [
    ...invented.map((status) => `${id} is ${status} in the log and never was upstream`),
    ...overlooked.map(
      ({ status }) => `${id} was ${status} for more than ${limitMs / 1_000} s, which is not in the log`,
    ),
  ];
}

/** A guard that has stopped a deployment is in the log once. */
function missingTrips(id: string, events: readonly LoggedEvent[], history: History): string[] {
  const { keys, upstream } = history;
  const deployment = upstream.find((one) => one.id === id);
  const isGuarded = keys.some(
    ({ about, guardSeconds }) => guardSeconds !== undefined && about === deployment?.taskId,
  );
  const trips = events.filter(({ type }) => type === 'GUARD_TRIPPED').length;
  const isRestored = history.restores.length > 0;
  if ((trips > 1 && !isRestored) || (trips > 0 && !isGuarded))
    return [`${id} has ${trips} GUARD_TRIPPED in the log`];
  const isMissing = trips === 0 && isGuarded && deployment?.status === 'STOPPED';
  return isMissing ? [`${id} was stopped by its guard, which is not in the log`] : [];
}
