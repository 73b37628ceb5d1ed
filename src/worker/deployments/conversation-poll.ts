import { findTripReason, needsConversation, parseGuard } from '../../domain/deployment-guard.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { emptyConversation } from '../../upstream/quantconnect/decode-conversation.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';
import { failuresOf } from '../../upstream/quantconnect/tool-calls.ts';

export interface ConversationPollContext {
  client: QuantConnectClient;
  deployments: DeploymentWriter;
  messages: MessageWriter;
  clock: Pick<Clock, 'now'>;
  /** Deployments for which this poll has sent a stop. */
  stopsSent: Set<string>;
}

/** The text of a failed backtest in a tool's output (docs/upstream/quantconnect.md, Tool calls). */
const RUNTIME_ERROR = 'The backtest ended with a runtime error.';

/**
 * Reads the conversation of a deployment if its messages are followed or its guard needs it, and stops the deployment when
 * its guard has tripped.
 * @returns whether a message is new or has changed, or the guard has tripped
 * @throws GatewayError the upstream's failure
 */
export async function pollConversation(
  context: ConversationPollContext,
  row: DeploymentRow,
): Promise<boolean> {
  const { client, messages, clock } = context;
  const guard = row.isTerminal ? undefined : parseGuard(row.guard);
  const isFollowed = row.messagesWantedUntil > clock.now() && row.status !== 'QUEUED';
  const conversation =
    isFollowed || needsConversation(guard) ? await readConversation(client, row) : undefined;
  const hasNewMessages =
    conversation !== undefined && (await messages.saveConversation(row.ownerId, row.id, conversation));
  return (await enforceGuard(context, row, conversation)) || hasNewMessages;
}

/**
 * Stops a deployment whose guard has tripped.
 * @param conversation undefined when it was not read: then only the limit of time can trip
 * @returns whether the guard has tripped
 * @throws GatewayError the upstream's failure
 */
export async function enforceGuard(
  { client, deployments, clock, stopsSent }: ConversationPollContext,
  row: DeploymentRow,
  conversation?: Conversation,
): Promise<boolean> {
  const guard = row.isTerminal ? undefined : parseGuard(row.guard);
  if (guard === undefined) return false;
  const reason =
    row.guardTripped ??
    findTripReason(guard, {
      nowMs: clock.now(),
      runStartedAtMs: row.runStartedAt,
      tokens: conversation === undefined ? 0 : conversation.inputTokens + conversation.outputTokens,
      hasRuntimeError: conversation !== undefined && hasRuntimeError(conversation),
    });
  if (reason === undefined) return false;
  await deployments.markGuardTripped(row.ownerId, row.id, reason);
  // Sent with every poll until the deployment has ended: the answer to an earlier stop may have been lost.
  stopsSent.add(row.id);
  await client.stopDeployment(row.id);
  return true;
}

function hasRuntimeError(conversation: Conversation): boolean {
  return failuresOf(conversation).some((failure) => failure.errors.includes(RUNTIME_ERROR));
}

/** A conversation that does not exist (yet, or any more) counts as empty. */
async function readConversation(client: QuantConnectClient, row: DeploymentRow): Promise<Conversation> {
  try {
    return await client.readConversation(row.id);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    return emptyConversation(row.id);
  }
}
