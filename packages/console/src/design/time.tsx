import { type ReactNode, useEffect, useState } from 'react';

type Form = 'relative' | 'time' | 'date-time';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** A moment in the reader's zone; in its title with the zone, and in UTC. */
export function Time({ at, form = 'date-time' }: { at: string | null | undefined; form?: Form }): ReactNode {
  const isRelative = form === 'relative';
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isRelative) return;
    const timer = setInterval(() => setNowMs(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, [isRelative]);
  const date = at == null ? undefined : new Date(at);
  if (date === undefined || Number.isNaN(date.getTime())) return <span className="muted">–</span>;
  const local = date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return (
    <time className="number" dateTime={date.toISOString()} title={`${local}\n${toUtc(date)}`}>
      {isRelative ? toRelative(date, nowMs) : toText(date, form)}
    </time>
  );
}

function toUtc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function toText(date: Date, form: Form): string {
  if (form === 'time') return date.toLocaleTimeString();
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

function toRelative(date: Date, nowMs: number): string {
  const deltaMs = date.getTime() - nowMs;
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  const unit = UNITS.find(([, ms]) => Math.abs(deltaMs) >= ms);
  return unit === undefined ? 'just now' : format.format(Math.round(deltaMs / unit[1]), unit[0]);
}
