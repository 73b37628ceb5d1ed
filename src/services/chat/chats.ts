import { badUserInput } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { OnBusy } from '../../events/writers/prompts.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { allMessages } from '../../store/deployments/messages.ts';
import { findPrompt } from '../../store/deployments/prompts.ts';
import type { Viewer } from '../../viewer.ts';
import type { Conversations } from '../agents/conversations.ts';
import type { DeploymentReader } from '../agents/deployment-reader.ts';
import type { Deployments } from '../agents/deployments.ts';
import { promptIdOf } from '../agents/prompts.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize, authorizeDeployment } from '../common/authorize.ts';
import type { CredentialChoice } from '../common/connections.ts';
import { assertValid, checkText } from '../common/input.ts';
import { type ChatFeedDeps, followChat, hasPending, isComplete } from './chat-feed.ts';
import type { ChatChunk } from './chat-stream.ts';
import { parsePosition } from './position.ts';
import { toUiMessages, type UiMessage } from './ui-messages.ts';

/** A deployed agent as a chat of the AI SDK (PROTOCOL.md, Chat). */
export interface Chats {
  /** @throws GatewayError `NOT_FOUND` */
  messages(viewer: Viewer, input: CredentialChoice & { deploymentId: string }): Promise<UiMessage[]>;
  /**
   * Sends a prompt and tells what follows. The id of the user's message is the idempotency key.
   * @param input.onBusy `reject` without one
   * @throws GatewayError `CONFLICT` while the agent works, with `reject`
   */
  send(
    viewer: Viewer,
    input: CredentialChoice & {
      deploymentId: string;
      messageId: string;
      text: string;
      onBusy?: OnBusy | undefined;
    },
  ): Promise<AsyncIterableIterator<ChatChunk, void, void>>;
  /**
   * Tells the message of a run under way, from its beginning or from where the client has left.
   * @param input.lastEventId the id of the last event that the client has got
   * @returns null when the agent is idle and nothing follows
   * @throws GatewayError `BAD_USER_INPUT` for what is no id of an event
   */
  join(
    viewer: Viewer,
    input: CredentialChoice & { deploymentId: string; lastEventId?: string | undefined },
  ): Promise<AsyncIterableIterator<ChatChunk, void, void> | null>;
}

export interface ChatsDeps extends ChatFeedDeps {
  conversations: Pick<Conversations, 'read'>;
  deployments: Pick<Deployments, 'prompt'>;
  reader: Pick<DeploymentReader, 'trackDeployment'>;
  writer: Pick<DeploymentWriter, 'pollSoon'>;
}

export function createChats(deps: ChatsDeps): Chats {
  const { store, conversations, deployments, reader, messages } = deps;

  /** How many messages the conversation has: as they are stored, else as the upstream says. */
  const countMessages = async (
    viewer: Viewer,
    input: CredentialChoice & { deploymentId: string },
  ): Promise<number> => {
    const stored = await allMessages(store.db, viewer.userId, input.deploymentId);
    const last = stored.at(-1);
    if (last !== undefined) return last.position + 1;
    return (await conversations.read(viewer, input)).messages.length;
  };

  return {
    async messages(viewer, input) {
      authorizeDeployment(viewer, input.deploymentId);
      return toUiMessages((await conversations.read(viewer, input)).messages);
    },

    async send(viewer, { deploymentId, messageId, text, onBusy = 'reject', credentialId }) {
      authorize(viewer, 'deploy');
      assertValid([checkText(text, 'messages')]);
      const { userId: ownerId } = viewer;
      const prompt = { ownerId, deploymentId, id: promptIdOf(messageId) };
      const known = await findPrompt(store.db, prompt);
      const from = known?.fromIndex ?? (await countMessages(viewer, { deploymentId, credentialId }));
      await reader.trackDeployment(viewer, { id: deploymentId, credentialId });
      // Messages are read from the first poll after the prompt on.
      await messages.extendInterest(ownerId, deploymentId);
      await deployments.prompt(viewer, {
        ...{ id: deploymentId, prompt: text, idempotencyKey: messageId, onBusy, credentialId },
        chatFrom: from,
      });
      return followChat(deps, { ownerId, deploymentId, prompt, target: { kind: 'answer', from, text } });
    },

    async join(viewer, { deploymentId, lastEventId, credentialId }) {
      authorizeDeployment(viewer, deploymentId);
      const { userId: ownerId } = viewer;
      const resumed = lastEventId === undefined ? undefined : parsePosition(lastEventId);
      if (lastEventId !== undefined && resumed === undefined)
        throw badUserInput({ path: 'last-event-id', message: 'is no id of an event of this stream' });
      await reader.trackDeployment(viewer, { id: deploymentId, credentialId });
      const row = await findDeployment(store.db, ownerId, deploymentId);
      const isIdle =
        row !== undefined && isComplete(row) && !(await hasPending(store.db, ownerId, deploymentId));
      if (isIdle && !(await hasNewer(ownerId, deploymentId, resumed?.revision))) return null;
      await messages.extendInterest(ownerId, deploymentId);
      if (row !== undefined && !isIdle) await deps.writer.pollSoon(ownerId, deploymentId);
      if (resumed === undefined) return followChat(deps, { ownerId, deploymentId, target: { kind: 'last' } });
      return followChat(deps, {
        ...{ ownerId, deploymentId, resumed },
        target: { kind: 'at', first: resumed.first },
      });
    },
  };

  /** True when a message was stored that a client with this revision does not have. */
  async function hasNewer(
    ownerId: string,
    deploymentId: string,
    revision: number | undefined,
  ): Promise<boolean> {
    if (revision === undefined) return false;
    return (await allMessages(store.db, ownerId, deploymentId)).some((row) => row.revision > revision);
  }
}

/** Adds the prompts of `Chats` to the audit log. */
export function auditChats(chats: Chats, audited: Audited): Chats {
  return { ...chats, send: audited('DEPLOYMENT_PROMPT', chats.send) };
}
