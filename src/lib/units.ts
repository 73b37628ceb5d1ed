const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES_PER_UNIT = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** Reads `250ms`, `10s`, `10m`, `2h`, `30d` as milliseconds; `undefined` when malformed. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  const milliseconds = Number(match[1]) * MS_PER_UNIT[match[2] as keyof typeof MS_PER_UNIT];
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Reads `128kb`, `5mb` or a plain number as bytes; `undefined` when malformed. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)(b|kb|mb|gb)?$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = (match[2] ?? 'b').toLowerCase() as keyof typeof BYTES_PER_UNIT;
  const bytes = Number(match[1]) * BYTES_PER_UNIT[unit];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A number of events per window. */
export interface Rate {
  count: number;
  windowMs: number;
}

/** Reads `10/1m` as ten per minute; `undefined` when malformed. */
export function parseRate(text: string): Rate | undefined {
  const [count, window, rest] = text.split('/');
  const windowMs = parseDurationMs(window ?? '');
  if (rest !== undefined || !/^[1-9]\d*$/.test(count ?? '') || !windowMs) return undefined;
  return { count: Number(count), windowMs };
}
