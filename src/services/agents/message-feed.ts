import { messageStream } from '../../events/bus.ts';
import type { StreamPage, TailSource } from '../../events/tail.ts';
import { parseJson } from '../../lib/json.ts';
import { memoByObject } from '../../lib/lru.ts';
import { allMessages, readMessages } from '../../store/deployments/messages.ts';
import { allThreadMessages, readThreadMessages } from '../../store/deployments/threads.ts';
import type { MessageRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { ConversationMessage, MessagePart } from '../../upstream/quantconnect/model.ts';

/** The stored messages of a deployment, or of the thread of one of its sub-agents. */
export interface MessageSource {
  ownerId: string;
  deploymentId: string;
  callableId: string | undefined;
}

/** Messages as far as they were read. `position` is the greatest revision among them, also of those that are not wanted. */
export interface MessagePage {
  items: ConversationMessage[];
  position: number;
}

/** The messages for one follower. */
export interface MessageFeed {
  /** All stored messages from `firstIndex` on. To be called once, before `pick`. */
  begin(): Promise<MessagePage>;
  /** The rows that changed after the revision `after`, in the order in which they changed. */
  read(after: number, limit: number): Promise<StreamPage<MessageRow>>;
  /**
   * The messages of rows that were read, in the order of their indexes. A message comes for the first time only after all
   * before it, so that a follower can go on after the last index that it got.
   */
  pick(rows: readonly MessageRow[]): Promise<ConversationMessage[]>;
}

/** The topic of all messages of a source. */
export const EVERY_MESSAGE = 'message';

/** The rows that change, for all followers of a source. */
export function messageTail(store: Store, source: MessageSource): TailSource<MessageRow> {
  const stream = messageStream(source.ownerId, source.deploymentId, source.callableId);
  return {
    key: stream,
    stream,
    read: rowReader(store, source),
    positionOf: ({ revision }) => revision,
    topicsOf: () => [EVERY_MESSAGE],
  };
}

function rowReader(store: Store, source: MessageSource) {
  const { changed } = queriesOf(store, source);
  return async (after: number, limit: number): Promise<StreamPage<MessageRow>> => {
    const items = await changed(after, limit);
    return { items, position: items.at(-1)?.revision ?? after };
  };
}

export function createMessageFeed(store: Store, source: MessageSource, firstIndex: number): MessageFeed {
  const { all } = queriesOf(store, source);
  const isWanted = ({ position }: MessageRow): boolean => position >= firstIndex;
  /** The first index that was not delivered yet. */
  let nextIndex = firstIndex;

  const toMessages = (rows: readonly MessageRow[]): ConversationMessage[] => {
    nextIndex = Math.max(nextIndex, (rows.at(-1)?.position ?? -1) + 1);
    return rows.map(toMessage);
  };

  return {
    async begin() {
      const rows = await all();
      const position = Math.max(0, ...rows.map(({ revision }) => revision));
      return { items: toMessages(rows.filter(isWanted)), position };
    },

    read: rowReader(store, source),

    async pick(rows) {
      const read = new Map(rows.filter(isWanted).map((row) => [row.position, row]));
      const lastIndex = Math.max(-1, ...read.keys());
      const newOnes = [...read.keys()].filter((position) => position >= nextIndex);
      // A message that changed after a later one was added has a greater revision, and may be on a later page.
      if (newOnes.length < lastIndex + 1 - nextIndex) {
        for (const row of await all())
          if (row.position >= nextIndex && row.position <= lastIndex) read.set(row.position, row);
      }
      return toMessages([...read.values()].sort((one, other) => one.position - other.position));
    },
  };
}

function queriesOf({ db }: Store, { ownerId, deploymentId, callableId }: MessageSource) {
  if (callableId === undefined) {
    return {
      all: () => allMessages(db, ownerId, deploymentId),
      changed: (after: number, limit: number) => readMessages(db, ownerId, deploymentId, after, limit),
    };
  }
  const key = { ownerId, deploymentId, callableId };
  return {
    all: (): Promise<MessageRow[]> => allThreadMessages(db, key),
    changed: (after: number, limit: number): Promise<MessageRow[]> =>
      readThreadMessages(db, key, after, limit),
  };
}

/**
 * A stored message. One that an older version has stored is without the newer fields. All followers to whom the tail gives
 * a row get the same message.
 */
const toMessage = memoByObject((row: MessageRow): ConversationMessage => {
  const message = parseJson(row.body) as ConversationMessage;
  return {
    ...message,
    metadata: message.metadata ?? null,
    agentId: message.agentId ?? null,
    parts: message.parts.map(withNewerFields),
  };
});

function withNewerFields(part: MessagePart): MessagePart {
  const raw = part.raw ?? {};
  if (part.kind === 'other') return { ...part, raw };
  const state = part.state ?? null;
  if (part.kind !== 'tool') return { ...part, state, raw };
  return { ...part, state, raw, title: part.title ?? null, messages: part.messages ?? [] };
}
