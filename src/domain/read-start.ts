/**
 * The beginning of a read upstream. It decides whether the observation may replace a stored one: by what was stored when
 * the read began, never by a clock.
 */
export interface ReadStart {
  /** In ms since the epoch, by the clock of this process. It is shown to people, and nothing is decided by it. */
  atMs: number;
  /**
   * The newest stored revision of what is read. A row with a greater one was stored while the read was under way: the
   * read may have seen an older state, so it does not replace that row. `dedupeReads` lowers it to that of the earlier
   * read whose answer this read shares.
   */
  revision: number;
}
