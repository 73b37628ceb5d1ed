/** The least value that the given part of all values does not exceed; 0 without values. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Lateness of polls in ms, as one line. */
export function describeLateness(name: string, values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => `${Math.round(quantile(sorted, part))} ms`;
  return `${name}: ${sorted.length} polls, late by p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}`;
}
