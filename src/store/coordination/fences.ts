import { type RawBuilder, sql } from 'kysely';

/**
 * The fence of a new claim, from the row's column `fence`: higher than the last one, and at least `minFence`. A database that
 * was restored from an older copy has older fences. As a new one is at least the time, it differs from those that were given
 * between the copy and the restore, so a process that stood still meanwhile cannot write under the lease of another one.
 * @param minFence ms since the epoch, by the clock of the process that claims; it need not agree with other clocks
 */
export function nextFence(minFence: number): RawBuilder<number> {
  return sql<number>`case when fence < ${minFence} then ${minFence} else fence + 1 end`;
}
