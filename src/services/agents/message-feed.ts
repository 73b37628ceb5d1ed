import { parseJson } from '../../lib/json.ts';
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
  /** All stored messages from `firstIndex` on. To be called once, before `read`. */
  begin(): Promise<MessagePage>;
  /**
   * The messages that changed after the revision `after`, in the order of their indexes. A message comes for the first time
   * only after all before it, so that a follower can go on after the last index that it got.
   */
  read(after: number, limit: number): Promise<MessagePage>;
}

export function createMessageFeed(store: Store, source: MessageSource, firstIndex: number): MessageFeed {
  const { all, changed } = queriesOf(store, source);
  const isWanted = ({ position }: MessageRow): boolean => position >= firstIndex;
  /** The first index that was not read yet. */
  let nextIndex = firstIndex;

  const toPage = (rows: readonly MessageRow[], position: number): MessagePage => {
    nextIndex = Math.max(nextIndex, (rows.at(-1)?.position ?? -1) + 1);
    return { items: rows.map(toMessage), position };
  };

  return {
    async begin() {
      const rows = await all();
      return toPage(rows.filter(isWanted), Math.max(0, ...rows.map(({ revision }) => revision)));
    },

    async read(after, limit) {
      const rows = await changed(after, limit);
      const read = new Map(rows.filter(isWanted).map((row) => [row.position, row]));
      const lastIndex = Math.max(-1, ...read.keys());
      const newOnes = [...read.keys()].filter((position) => position >= nextIndex);
      // A message that changed after a later one was added has a greater revision, and may be on a later page.
      if (newOnes.length < lastIndex + 1 - nextIndex) {
        for (const row of await all())
          if (row.position >= nextIndex && row.position <= lastIndex) read.set(row.position, row);
      }
      const inOrder = [...read.values()].sort((one, other) => one.position - other.position);
      return toPage(inOrder, rows.at(-1)?.revision ?? after);
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

/** A stored message. One that an older version has stored is without the newer fields. */
function toMessage(row: MessageRow): ConversationMessage {
  const message = parseJson(row.body) as ConversationMessage;
  return {
    ...message,
    metadata: message.metadata ?? null,
    agentId: message.agentId ?? null,
    parts: message.parts.map(withNewerFields),
  };
}

function withNewerFields(part: MessagePart): MessagePart {
  const raw = part.raw ?? {};
  if (part.kind === 'other') return { ...part, raw };
  const state = part.state ?? null;
  if (part.kind !== 'tool') return { ...part, state, raw };
  return { ...part, state, raw, title: part.title ?? null, messages: part.messages ?? [] };
}
