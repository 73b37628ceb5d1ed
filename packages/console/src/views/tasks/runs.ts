import { type DeploymentFieldsFragment, isQuantgateError, type QuantgateClient } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { useQuery } from '@tanstack/react-query';
import { toDuration } from '../../design/duration.tsx';
import { RunFailuresDocument, UsageOfRunsDocument, type UsageOfRunsQuery } from '../../generated/graphql.ts';

export type Run = DeploymentFieldsFragment;
export type RunUsage = UsageOfRunsQuery['usage'][number];

/** While a run is under way its figures are read so often; they come from the gateway's store. */
const REFRESH_MS = 3_000;

/** What the runs of a task have used, by the ids of the runs. */
export function useUsageOfRuns(taskId: string, runs: readonly Run[]): ReadonlyMap<string, RunUsage> {
  const client = useClient();
  const ended = runs.filter(({ isTerminal }) => isTerminal).length;
  const { data } = useQuery({
    queryKey: ['usage-of-runs', taskId, runs.length, ended],
    queryFn: ({ signal }) => client.send(UsageOfRunsDocument, { taskId }, { signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === taskId ? before : undefined),
    refetchInterval: ended < runs.length ? REFRESH_MS : false,
  });
  return new Map(data?.usage.map((one) => [one.key, one]));
}

/** What the kept conversation of a run says; null when the gateway keeps none. */
export async function orNull<Data>(read: Promise<Data>): Promise<Data | null> {
  try {
    return await read;
  } catch (error) {
    if (isQuantgateError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** The first tool call of an ended run that failed, from the kept conversation: no upstream is asked. */
export function failuresQuery(client: QuantgateClient, run: Run) {
  return {
    queryKey: ['run-failures', run.id, run.endedAt],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      orNull(client.send(RunFailuresDocument, { deploymentId: run.id }, { signal })),
    enabled: run.isTerminal,
    staleTime: Number.POSITIVE_INFINITY,
  };
}

/** Seconds between two moments; undefined while one of them is unknown. */
export function secondsBetween(from: string | null | undefined, to: string | null | undefined) {
  if (from == null || to == null) return undefined;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** As `toDuration`, with tenths below ten seconds: runs are compared. */
export function durationInWords(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : toDuration(Math.round(seconds));
}

const END_REASONS: Readonly<Record<string, string>> = {
  STOPPED_BY_USER: 'Stopped by hand',
  GUARD_MAX_TOKENS: 'Guard: most tokens',
  GUARD_MAX_TURNS: 'Guard: most turns',
  GUARD_MAX_DURATION_SECONDS: 'Guard: most seconds',
  GUARD_STOP_ON_RUNTIME_ERROR: 'Guard: a tool reported a runtime error',
  GUARD_STOP_ON_WARNING: 'Guard: a tool gave a warning',
  GUARD_MADE_TWICE: 'It was made twice, and this one was stopped',
  BUDGET: 'A budget was used up',
  UNKNOWN: 'It was not stopped by this gateway',
};

/** Why a run has ended, where its status does not say it. */
export function endInWords(run: Run): string | undefined {
  return run.endReason == null ? undefined : END_REASONS[run.endReason];
}
