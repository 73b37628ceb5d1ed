import { notFound } from '../../errors.ts';
import { messageStream } from '../../events/bus.ts';
import { type FollowDeps, follow } from '../../events/follow.ts';
import type { StreamPage } from '../../events/tail.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import { usageOf } from '../../events/writers/messages.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { Store } from '../../store/store.ts';
import { credentialGone } from '../common/log-position.ts';

/** What a deployment has used so far. */
export interface ConversationUsage {
  inputTokens: number;
  outputTokens: number;
  turns: number;
}

export interface UsageFeedDeps extends FollowDeps {
  store: Store;
  messages: MessageWriter;
}

/**
 * What a deployment has used, as it is stored, and again each time it has grown. While it is followed, the conversation is
 * read with each poll, as for its messages. Ends when the deployment is deleted.
 */
export function followUsage(
  deps: UsageFeedDeps,
  ownerId: string,
  deploymentId: string,
): AsyncIterableIterator<ConversationUsage, void, void> {
  const { store, messages } = deps;
  const stream = messageStream(ownerId, deploymentId);
  const read = async (position: number): Promise<StreamPage<ConversationUsage>> => {
    const row = await findDeployment(store.db, ownerId, deploymentId);
    if (row === undefined) return { items: [], position };
    const { inputTokens, outputTokens, turns } = row;
    const used = usageOf(row);
    if (used <= position) return { items: [], position };
    return { items: [{ inputTokens, outputTokens, turns }], position: used };
  };
  return follow<ConversationUsage>(
    deps,
    {
      tail: { key: `usage of ${stream}`, stream, read, positionOf: usageOf, topicsOf: () => [USAGE] },
      read,
      wanted: {
        key: USAGE,
        topic: USAGE,
        canEndAfter: () => false,
        renews: true,
        async isOver() {
          await messages.extendInterest(ownerId, deploymentId);
          const row = await findDeployment(store.db, ownerId, deploymentId);
          // A restored backup has lost it: the client must not take it for ended.
          if (row === undefined) throw notFound('Deployment');
          if (row.isDeleted) return true;
          if (row.credentialId === null) throw credentialGone();
          return false;
        },
      },
    },
    NOTHING_DELIVERED,
  );
}

const USAGE = 'usage';

/** Below the usage of a deployment that has used nothing, which is delivered too. */
const NOTHING_DELIVERED = -1;
