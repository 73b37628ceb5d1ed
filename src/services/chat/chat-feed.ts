import { notFound } from '../../errors.ts';
import { type FollowDeps, follow } from '../../events/follow.ts';
import { type BudgetCheckDeps, findExceededBudget } from '../../events/writers/budget-check.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import { concat } from '../../lib/async-iterables.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { findPrompt, type PromptKey, promptsIn } from '../../store/deployments/prompts.ts';
import type { DeploymentRow, MessageRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';
import { findUsage } from '../../store/usage/ledger.ts';
import { createMessageFeed, EVERY_MESSAGE, messageTail } from '../agents/message-feed.ts';
import { credentialGone } from '../common/log-position.ts';
import { type ChatPage, type ChatStreamSource, streamChat } from './chat-stream.ts';
import type { ResumePosition } from './position.ts';
import type { ChatTarget } from './target.ts';

export interface ChatFeedDeps extends FollowDeps, BudgetCheckDeps {
  store: Store;
  messages: Pick<MessageWriter, 'extendInterest'>;
}

export interface ChatFeedRequest {
  ownerId: string;
  deploymentId: string;
  target: ChatTarget;
  resumed?: ResumePosition;
  /** The prompt whose answer the stream sends. */
  prompt?: PromptKey;
}

/** Tells a message from what the poller stores; nothing is read upstream for it besides. */
export async function followChat(deps: ChatFeedDeps, request: ChatFeedRequest) {
  const { store, messages } = deps;
  const { ownerId, deploymentId, prompt, target, resumed } = request;
  const source = { ownerId, deploymentId, callableId: undefined };
  const feed = createMessageFeed(store, source, 0);
  const begun = await feed.begin();

  const isOver = async (): Promise<boolean> => {
    await messages.extendInterest(ownerId, deploymentId);
    const row = await findDeployment(store.db, ownerId, deploymentId);
    if (row === undefined) throw notFound('Deployment');
    if (row.isDeleted || (await isDropped(store.db, prompt))) return true;
    if (row.credentialId === null) throw credentialGone();
    return isComplete(row) && !(await hasPending(store.db, ownerId, deploymentId));
  };
  const live = follow<MessageRow, ChatPage>(
    deps,
    {
      tail: messageTail(store, source),
      read: feed.read,
      pick: async (rows) => [{ messages: await feed.pick(rows), revision: rows.at(-1)?.revision ?? 0 }],
      wanted: {
        key: `chat:${prompt?.id ?? ''}`,
        topic: EVERY_MESSAGE,
        canEndAfter: () => false,
        renews: true,
        isOver,
      },
    },
    begun.position,
  );
  const first: ChatPage = { messages: begun.items, revision: begun.position };

  const chat: ChatStreamSource = {
    target,
    resumed,
    pages: concat([first], live),
    async isCurrent() {
      const row = await findDeployment(store.db, ownerId, deploymentId);
      if (row === undefined) return false;
      return row.isTerminal === 0
        ? row.messagesReadAt >= row.runStartedAt
        : !(await hasPending(store.db, ownerId, deploymentId));
    },
    async findEnd() {
      const row = await findDeployment(store.db, ownerId, deploymentId);
      const state = prompt && (await findPrompt(store.db, prompt))?.state;
      if (state === 'REFUSED')
        return (await isOverBudget(deps, ownerId, deploymentId)) ? 'overBudget' : 'refused';
      if (row === undefined || row.isDeleted || state === 'CANCELLED' || row.status === 'STOPPED')
        return 'abort';
      return row.status === 'FAILED' ? 'failed' : 'finish';
    },
  };
  return streamChat(chat);
}

/** True when a run has ended and nothing of it is still to be read. */
export function isComplete(row: DeploymentRow): boolean {
  if (row.isTerminal === 0) return false;
  return row.isWatched === 0 || (row.messagesReadAt > 0 && row.messagesReadAt >= row.settleAt);
}

/** True while a prompt waits or is being sent. */
export async function hasPending(db: Db, ownerId: string, deploymentId: string): Promise<boolean> {
  return (await promptsIn(db, ownerId, [deploymentId], ['QUEUED', 'SENDING'])).length > 0;
}

/** True while a budget refuses prompts of a deployment. */
async function isOverBudget(deps: BudgetCheckDeps, ownerId: string, deploymentId: string): Promise<boolean> {
  const usage = await findUsage(deps.store.db, ownerId, deploymentId);
  return usage !== undefined && (await findExceededBudget(deps, ownerId, usage)) !== undefined;
}

async function isDropped(db: Db, prompt: PromptKey | undefined): Promise<boolean> {
  const state = prompt && (await findPrompt(db, prompt))?.state;
  return state === 'CANCELLED' || state === 'REFUSED';
}
