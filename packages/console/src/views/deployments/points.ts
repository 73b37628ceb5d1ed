/** Tokens that were used. */
interface Used {
  inputTokens: number;
  outputTokens: number;
}

/** The times of a deployment, as the API writes them. */
interface Times {
  createdAt?: string | null | undefined;
  startedAt?: string | null | undefined;
  endedAt?: string | null | undefined;
}

/** From nothing at the start over what this page has seen; of a run that had ended before, its total at its end. */
export function pointsOf(
  deployment: Times | undefined,
  usage: Used | undefined,
  samples: readonly (Used & { seenAtMs: number })[],
): (Used & { atMs: number })[] {
  const startMs = Date.parse(deployment?.startedAt ?? deployment?.createdAt ?? '');
  const endMs = Date.parse(deployment?.endedAt ?? '');
  if (Number.isNaN(startMs)) return [];
  const start = { atMs: startMs, inputTokens: 0, outputTokens: 0 };
  const isBefore = samples.every(({ seenAtMs }) => seenAtMs >= endMs);
  // Times are in whole seconds: what began and ended in the same one took a part of it.
  if (usage !== undefined && isBefore && !Number.isNaN(endMs))
    return [start, { atMs: Math.max(endMs, startMs + 1_000), ...usage }];
  return [start, ...samples.map((one) => ({ atMs: Math.max(one.seenAtMs, startMs + 1), ...one }))];
}
