import type { FollowedStream } from '../../events/follow.ts';
import { findListRun } from '../../store/ai-tasks/list-runs.ts';
import type { AiListRunRow, ListEventRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { credentialGone } from '../common/log-position.ts';

/**
 * The log of a list's runs up to the end of one of them.
 * @param upTo the newest run, and where the log stood when it was
 */
export function runLog(
  store: Store,
  log: Omit<FollowedStream<ListEventRow>, 'isOver'>,
  { run: { ownerId, id }, lastSeq }: { run: AiListRunRow; lastSeq: number },
): FollowedStream<ListEventRow> {
  // A run that is begun later is not this reader's, whether or not it comes before they have heard the end.
  const isWanted = ({ seq, subjectId }: ListEventRow) => seq <= lastSeq || subjectId === id;
  return {
    ...log,
    async read(after, limit) {
      const { items, position } = await log.read(after, limit);
      return { items: items.filter(isWanted), position };
    },
    async isOver() {
      const run = await findListRun(store.db, ownerId, id);
      if (run?.reason === 'CREDENTIAL_MISSING') throw credentialGone();
      return run === undefined || run.endedAt !== null;
    },
  };
}
