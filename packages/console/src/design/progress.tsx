import type { ReactNode } from 'react';

/** How much of something is done or used. Above `warnAt` it is shown as a warning, at `max` as reached. */
export function Progress({
  label,
  value,
  max,
  text,
  warnAt,
}: {
  label: string;
  /** Undefined while it is not known. */
  value: number | undefined;
  max: number;
  /** @default the value and `max` */
  text?: string;
  /** A share from 0 to 1; only what can be used up has one. */
  warnAt?: number;
}): ReactNode {
  const share = value === undefined || max === 0 ? 0 : value / max;
  const tone = warnAt === undefined || share < warnAt ? '' : share >= 1 ? ' is-bad' : ' is-warn';
  const shown = text ?? `${(value ?? 0).toLocaleString()} of ${max.toLocaleString()}`;
  return (
    <div className={`progress${tone}`}>
      <div className="progress-label">
        <span>{label}</span>
        <span className="muted number">{shown}</span>
      </div>
      <progress aria-label={label} max={max} value={value === undefined ? undefined : Math.min(value, max)} />
    </div>
  );
}
