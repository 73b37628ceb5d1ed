import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of Debian's package `libfaketime`: it changes the clock that a process sees. */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The clock that one replica sees. Its monotonic clock, by which timers run, stays right. */
export interface ReplicaClock {
  env: Record<string, string>;
  /** Takes effect within a second, also while the replica runs. */
  set(aheadSeconds: number): void;
}

/** @throws Error when the library is missing and must be there, as in CI; undefined where it need not be */
export function createReplicaClock(folder: string, name: string): ReplicaClock | undefined {
  if (!existsSync(LIBRARY)) {
    if (process.env.CI) throw new Error(`${LIBRARY} is missing: install the package libfaketime`);
    return undefined;
  }
  const path = join(folder, `${name}.clock`);
  const set = (aheadSeconds: number): void => {
    // Replaced in one step, so that the replica never reads half a file.
    writeFileSync(`${path}.new`, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`);
    renameSync(`${path}.new`, path);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: path,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}
