import { isGatewayError, notFound } from '../../errors.ts';
import { type FollowDeps, follow } from '../../events/follow.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import { concat } from '../../lib/async-iterables.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { ThreadKey } from '../../store/deployments/threads.ts';
import type { MessageRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Conversation, ConversationMessage } from '../../upstream/quantconnect/model.ts';
import {
  type ConversationFile,
  failuresOf,
  filesOf,
  type ToolFailure,
} from '../../upstream/quantconnect/tool-calls.ts';
import { countTurns } from '../../upstream/quantconnect/turns.ts';
import type { Viewer } from '../../viewer.ts';
import { authorizeDeployment } from '../common/authorize.ts';
import type { CredentialChoice } from '../common/connections.ts';
import { assertValid, check, checkPage } from '../common/input.ts';
import { credentialGone } from '../common/log-position.ts';
import { type Page, toPage } from '../common/page.ts';
import { type ConversationUsage, followUsage } from './conversation-usage.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import { createMessageFeed, EVERY_MESSAGE, messageTail } from './message-feed.ts';
import type { StoredThreads } from './transcripts.ts';

/** Conversations of the caller's deployments. */
export interface Conversations {
  /**
   * Reads the whole conversation, or the thread of one callable agent; its transcript when the upstream has none any more.
   * @throws GatewayError `NOT_FOUND`
   */
  read(
    viewer: Viewer,
    input: CredentialChoice & { deploymentId: string; callableId?: string | null },
  ): Promise<Conversation>;
  /**
   * At most `first` messages, from index `after + 1` on; all of them without `first`.
   * @throws GatewayError `BAD_USER_INPUT`
   */
  page(
    conversation: Conversation,
    input: { after?: number | null | undefined; first?: number | null | undefined },
  ): Page<ConversationMessage>;
  /**
   * The files that the agent has written, each with its latest content, or as it was after the message `at`.
   * @throws GatewayError `BAD_USER_INPUT`
   */
  files(conversation: Conversation, input?: { at?: number | null }): ConversationFile[];
  /** Tool calls that failed or returned warnings. */
  failures(conversation: Conversation): ToolFailure[];
  /**
   * Each message from index `after + 1` on, and again each time it changes. Without `after` from the first message. A message
   * comes for the first time after all before it.
   */
  follow(
    viewer: Viewer,
    input: CredentialChoice & {
      deploymentId: string;
      callableId?: string | null;
      after?: number | null;
      untilTerminal?: boolean | null;
    },
  ): Promise<AsyncIterableIterator<ConversationMessage, void, void>>;
  /** What the deployment has used: as it is, and again each time it has grown. Reads what `follow` reads, and no more. */
  followUsage(
    viewer: Viewer,
    input: CredentialChoice & { deploymentId: string },
  ): Promise<AsyncIterableIterator<ConversationUsage, void, void>>;
  /** The turns of the conversation. */
  turns(conversation: Conversation): number;
}

export interface ConversationsDeps extends FollowDeps {
  store: Store;
  reader: DeploymentReader;
  writer: DeploymentWriter;
  messages: MessageWriter;
  threads: StoredThreads;
}

export function createConversations(deps: ConversationsDeps): Conversations {
  const { store, reader, writer, messages, threads } = deps;

  /** Makes the poller read the messages soon, unless the deployment has ended and all of its messages are stored. */
  const requestMessages = async (
    ownerId: string,
    deploymentId: string,
    callableId?: string,
  ): Promise<void> => {
    await messages.extendInterest(ownerId, deploymentId, callableId);
    const row = await findDeployment(store.db, ownerId, deploymentId);
    const isComplete = row?.isTerminal === 1 && !row.isWatched && row.messagesReadAt >= row.settleAt;
    if (row !== undefined && !isComplete) await writer.pollSoon(ownerId, deploymentId);
  };

  /**
   * Reads a thread that no client follows, and stores what it shows, also for the transcript. From now on it is read with
   * each poll.
   * @throws GatewayError `NOT_FOUND`
   */
  const openThread = async (viewer: Viewer, key: ThreadKey, credentialId?: string | null): Promise<void> => {
    const { ownerId, deploymentId, callableId } = key;
    if ((await messages.followedThreads(ownerId, deploymentId)).includes(callableId)) return;
    const connection = await reader.openFor(viewer, deploymentId, credentialId);
    const read = await connection.call((client) => client.readForTranscript(deploymentId, callableId));
    await messages.extendInterest(ownerId, deploymentId, callableId);
    await messages.saveThread(key, read.conversation.messages);
    await threads.keep({ ...key, credentialId: connection.credentialId }, read);
  };

  return {
    async read(viewer, { deploymentId, callableId, credentialId }) {
      authorizeDeployment(viewer, deploymentId);
      const connection = await reader.openFor(viewer, deploymentId, credentialId);
      const { ownerId, credentialId: readWith } = connection;
      try {
        const read = await connection.call((client) =>
          client.readForTranscript(deploymentId, callableId ?? undefined),
        );
        if (callableId != null)
          await threads.keep({ ownerId, deploymentId, callableId, credentialId: readWith }, read);
        return read.conversation;
      } catch (error) {
        if (!isGatewayError(error, 'NOT_FOUND')) throw error;
        const kept = await threads.find(ownerId, deploymentId, callableId ?? null);
        if (kept === undefined) throw error;
        return kept;
      }
    },

    page(conversation, { after, first }) {
      assertValid([checkIndex(after), checkPage(first)]);
      const { messages } = conversation;
      const rest = messages.slice((after ?? -1) + 1);
      return toPage(rest, first ?? rest.length, ({ index }) => String(index), after?.toString());
    },

    files(conversation, { at } = {}) {
      assertValid([check(at == null || at >= 0, 'at', 'must be 0 or more')]);
      return filesOf(conversation, at ?? undefined);
    },

    failures: failuresOf,
    turns: countTurns,

    async followUsage(viewer, { deploymentId, credentialId }) {
      authorizeDeployment(viewer, deploymentId);
      await reader.trackDeployment(viewer, { id: deploymentId, credentialId });
      await requestMessages(viewer.userId, deploymentId);
      return followUsage(deps, viewer.userId, deploymentId);
    },

    async follow(viewer, { deploymentId, after, untilTerminal, credentialId, ...thread }) {
      authorizeDeployment(viewer, deploymentId);
      const { userId: ownerId } = viewer;
      const firstIndex = (after ?? -1) + 1;
      assertValid([checkIndex(after)]);
      await reader.trackDeployment(viewer, { id: deploymentId, credentialId });
      const callableId = thread.callableId ?? undefined;
      if (callableId !== undefined)
        await openThread(viewer, { ownerId, deploymentId, callableId }, credentialId);
      await requestMessages(ownerId, deploymentId, callableId);

      const source = { ownerId, deploymentId, callableId };
      const feed = createMessageFeed(store, source, firstIndex);
      const begun = await feed.begin();
      const live = follow<MessageRow, ConversationMessage>(
        deps,
        {
          tail: messageTail(store, source),
          read: feed.read,
          pick: feed.pick,
          wanted: {
            key: `messages:${untilTerminal === true}`,
            topic: EVERY_MESSAGE,
            canEndAfter: () => false,
            renews: true,
            async isOver() {
              await messages.extendInterest(ownerId, deploymentId, callableId);
              const row = await findDeployment(store.db, ownerId, deploymentId);
              // The store was restored from a backup that is older than the deployment: this is not its end.
              if (row === undefined) throw notFound('Deployment');
              if (row.isDeleted) return true;
              if (row.credentialId === null) throw credentialGone();
              return untilTerminal === true && row.isTerminal === 1 && row.isWatched === 0;
            },
          },
        },
        begun.position,
      );
      return concat(begun.items, live);
    },
  };
}

/** A problem unless it is the index of a message, or -1 for the position before the first. */
function checkIndex(after: number | null | undefined) {
  return check(after == null || after >= -1, 'after', 'must be -1 or more');
}
