import { findTripReason, needsConversation, parseGuard } from '../../domain/deployment-guard.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { failuresOf } from '../../upstream/quantconnect/conversation.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';

/** Reads a conversation somebody waits for, then enforces the guard; true when there was something new. */
export type PollConversation = (row: DeploymentRow, client: QuantConnectClient) => Promise<boolean>;

export interface ConversationPollDeps {
  deployments: DeploymentWriter;
  messages: MessageWriter;
  clock: Pick<Clock, 'now'>;
}

/** The words of a failed run in a tool's output (upstream page, section 8.2). */
const RUNTIME_ERROR = 'The backtest ended with a runtime error.';

export function createConversationPoll({
  deployments,
  messages,
  clock,
}: ConversationPollDeps): PollConversation {
  return async (row, client) => {
    const guard = row.isTerminal ? undefined : parseGuard(row.guard);
    const isWanted = row.messagesWantedUntil > clock.now() && row.status !== 'QUEUED';
    const conversation =
      isWanted || needsConversation(guard) ? await readConversation(client, row) : undefined;
    const isNew =
      conversation !== undefined && (await messages.saveConversation(row.ownerId, row.id, conversation));
    if (guard === undefined) return isNew;

    const reason =
      row.guardTripped ??
      findTripReason(guard, {
        nowMs: clock.now(),
        runStartedAtMs: row.runStartedAt,
        tokens: conversation === undefined ? 0 : conversation.inputTokens + conversation.outputTokens,
        hasRuntimeError: conversation !== undefined && hasRuntimeError(conversation),
      });
    if (reason === undefined) return isNew;
    await deployments.markGuardTripped(row.ownerId, row.id, reason);
    // Repeated with every look until the stop is seen: a lost answer must not cost money.
    await client.stopDeployment(row.id);
    return true;
  };
}

function hasRuntimeError(conversation: Conversation): boolean {
  return failuresOf(conversation).some((failure) => failure.errors.includes(RUNTIME_ERROR));
}

/** A conversation that does not exist (yet, or any more) is an empty one. */
async function readConversation(client: QuantConnectClient, row: DeploymentRow): Promise<Conversation> {
  try {
    return await client.readConversation(row.id);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    return { deploymentId: row.id, inputTokens: 0, outputTokens: 0, messages: [] };
  }
}
