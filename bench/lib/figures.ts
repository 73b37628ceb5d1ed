/** Sums over samples, and figures as text. */

/** @returns NaN for no values */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of all lies. @returns NaN for no values */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (share === 0.5 && sorted.length > 0 && sorted.length % 2 === 0) {
    const middle = sorted.length / 2;
    return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  }
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A figure with digits after the point; `-` for none. */
export function figure(value: number | undefined, digits = 0): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** The median of samples, and their spread. */
export function spread(values: readonly number[], digits = 0): string {
  if (values.length === 0) return '-';
  const middle = figure(median(values), digits);
  if (values.length === 1) return middle;
  return `${middle} (${figure(Math.min(...values), digits)}–${figure(Math.max(...values), digits)})`;
}

/** A table in Markdown. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
