import { type ReactNode, useEffect, useState } from 'react';

/** How long something took, or has been going on, counted by the second. */
export function Duration({ from, to }: { from: string; to?: string | undefined }): ReactNode {
  return <span className="number">{toDuration(useSeconds(from, to))}</span>;
}

/** The seconds between two times, or up to now, counted on each second. */
export function useSeconds(from: string, to?: string | undefined): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (to !== undefined) return;
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [to]);
  const ms = (to === undefined ? nowMs : Date.parse(to)) - Date.parse(from);
  return Math.max(0, Math.round(ms / 1_000));
}

/** `3 h 05 min`, `4 min 10 s`, `12 s`. */
export function toDuration(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${two(Math.floor((seconds % 3_600) / 60))} min`;
}
