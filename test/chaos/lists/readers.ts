import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../simulator/random.ts';
import { followOverEventStream, followOverSocket } from '../connections.ts';
import { between } from '../plan.ts';
import type { User } from '../user.ts';
import type { ListReader } from './history.ts';

/** Subscribers of lists that run: one over a socket, one over an event stream for each. */
export interface ListReaders {
  readers: ListReader[];
  follow(user: User, taskListId: string): void;
  closed(): Promise<unknown>;
}

const RUN_CHANGED = `subscription ($list: ID!, $after: ID!) {
  run: aiTaskListRunChanged(taskListId: $list, after: $after) { cursor }
}`;

/** A subscriber leaves after a random time in this range and resumes with its cursor. */
const STAY_MS = [2_000, 15_000] as const;

const ENDS = new Set(['COMPLETED', 'FAILED', 'STOPPED']);

/** @param over aborts at the end of the run */
export function createListReaders(url: string, over: AbortSignal, seed: number): ListReaders {
  const readers: ListReader[] = [];
  const running: Promise<void>[] = [];

  const cursorOf = ({ seen }: ListReader): string => String(seen.at(-1) ?? 0);

  /** The gateway completes it when the list run has ended. */
  const readRun = (user: User, reader: ListReader, leaving: AbortSignal): Promise<boolean> =>
    followOverSocket<{ run: { cursor: string } }>(
      { url, user, over: leaving },
      { query: RUN_CHANGED, variables: { list: reader.taskListId, after: cursorOf(reader) } },
      ({ run }) => reader.seen.push(Number(run.cursor)),
    );

  /** It has no end of its own: the reader leaves after the end of the list run. */
  const readAll = async (user: User, reader: ListReader, leaving: AbortSignal): Promise<boolean> => {
    const ended = new AbortController();
    const path = `/v1/ai-task-lists/${reader.taskListId}/events`;
    const signal = AbortSignal.any([leaving, ended.signal]);
    await followOverEventStream({ url, user, over: signal }, path, cursorOf(reader), (data, id) => {
      const event = data as { run?: { status: string } };
      reader.seen.push(Number(id));
      if (ENDS.has(event.run?.status ?? '')) ended.abort();
    }).catch(() => undefined);
    return ended.signal.aborted;
  };

  const subscribe = async (user: User, reader: ListReader, connect: typeof readRun, number: number) => {
    const random = createRandom(seed * 1_000_000 + number);
    readers.push(reader);
    while (!over.aborted && !reader.isComplete) {
      const leaving = AbortSignal.any([over, AbortSignal.timeout(between(random, ...STAY_MS))]);
      reader.isComplete = await connect(user, reader, leaving).catch(() => false);
      await pause(between(random, 50, 500));
    }
  };

  return {
    readers,
    follow(user, taskListId) {
      const about = { owner: user.id, taskListId, isComplete: false };
      const ofRun = { ...about, seen: [], name: `socket on run of ${taskListId}`, kinds: ['LIST_RUN'] };
      const kinds = ['TASK', 'TASK_GONE', 'LIST_RUN'];
      const ofAll = { ...about, seen: [], name: `stream on ${taskListId}`, kinds };
      running.push(subscribe(user, ofRun, readRun, readers.length));
      running.push(subscribe(user, ofAll, readAll, readers.length));
    },
    closed: () => Promise.all(running),
  };
}
