/** Random numbers that depend on the seed alone. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** Lower-case hex digits. */
  hex(digits: number): string;
}

/** Mulberry32: small, fast, and the same on every machine. The numbers need not be unpredictable. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}
