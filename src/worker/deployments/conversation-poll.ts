import {
  countsUsage,
  findTripReason,
  findWarnings,
  type GuardFacts,
  needsConversation,
  parseGuard,
  parseWarned,
} from '../../domain/deployment-guard.ts';
import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { MessageWriter } from '../../events/writers/messages.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { StoreClock } from '../../store/store-clock.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { emptyConversation } from '../../upstream/quantconnect/decode-conversation.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';
import { failuresOf } from '../../upstream/quantconnect/tool-calls.ts';
import { countTurns } from '../../upstream/quantconnect/turns.ts';

export interface ConversationPollContext {
  client: QuantConnectClient;
  deployments: DeploymentWriter;
  messages: MessageWriter;
  storeNowMs: StoreClock;
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
  const { client, messages, storeNowMs } = context;
  const guard = parseGuard(row.guard);
  const isFollowed = row.messagesWantedUntil > storeNowMs() && row.status !== 'QUEUED';
  // What an ended deployment has used counts for the list run that it belongs to.
  const isCounted = row.isTerminal ? countsUsage(guard) : needsConversation(guard);
  const conversation = isFollowed || isCounted ? await readConversation(client, row) : undefined;
  const hasNewMessages =
    conversation !== undefined &&
    (await messages.saveConversation(row.ownerId, row.id, {
      ...conversation,
      turns: countTurns(conversation),
    }));
  return (await enforceGuard(context, row, conversation)) || hasNewMessages;
}

/**
 * Warns of limits that are about to be reached, and stops a deployment whose guard has tripped.
 * @param conversation undefined when it was not read: then only the limit of time is known
 * @returns whether the guard has tripped
 * @throws GatewayError the upstream's failure
 */
export async function enforceGuard(
  { client, deployments, storeNowMs, stopsSent }: ConversationPollContext,
  row: DeploymentRow,
  conversation?: Conversation,
): Promise<boolean> {
  const guard = row.isTerminal ? undefined : parseGuard(row.guard);
  if (guard === undefined) return false;
  const facts = toGuardFacts(row, storeNowMs(), conversation);
  const warned = parseWarned(row.guardWarned);
  const warnings = findWarnings(guard, facts).filter(({ limit }) => !warned.includes(limit));
  if (warnings.length > 0) await deployments.markGuardWarned(row.ownerId, row.id, warnings);
  const reason = row.guardTripped ?? findTripReason(guard, facts);
  if (reason === undefined) return false;
  await deployments.markGuardTripped(row.ownerId, row.id, reason);
  // Sent with every poll until the deployment has ended: the answer to an earlier stop may have been lost.
  stopsSent.add(row.id);
  await client.stopDeployment(row.id);
  return true;
}

function toGuardFacts(row: DeploymentRow, nowMs: number, conversation?: Conversation): GuardFacts {
  const times = { nowMs, runStartedAtMs: row.runStartedAt };
  if (conversation === undefined)
    return { ...times, tokens: 0, turns: 0, hasRuntimeError: false, hasWarning: false };
  const failures = failuresOf(conversation);
  return {
    ...times,
    tokens: conversation.inputTokens + conversation.outputTokens,
    turns: countTurns(conversation),
    hasRuntimeError: failures.some(({ errors }) => errors.includes(RUNTIME_ERROR)),
    hasWarning: failures.some(({ warnings }) => warnings.length > 0),
  };
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
