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
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { emptyConversation } from '../../upstream/quantconnect/decode-conversation.ts';
import type { Conversation } from '../../upstream/quantconnect/model.ts';
import { failuresOf } from '../../upstream/quantconnect/tool-calls.ts';
import type { ConversationRead } from '../../upstream/quantconnect/transcript.ts';
import { countTurns } from '../../upstream/quantconnect/turns.ts';
import {
  type ConversationReadContext,
  isReadDue,
  keepThread,
  keepTranscript,
  readConversation,
} from './conversation-read.ts';

export interface ConversationPollContext extends ConversationReadContext {
  deployments: DeploymentWriter;
  messages: MessageWriter;
  /** The credential of the poll. */
  credentialId: string;
  /** Deployments whose tokens count for a budget. */
  budgetedIds: ReadonlySet<string>;
  /** Deployments for which this poll has sent a stop. */
  stopsSent: Set<string>;
}

/** The text of a failed backtest in a tool's output (docs/upstream/quantconnect.md, Tool calls). */
const RUNTIME_ERROR = 'The backtest ended with a runtime error.';

/**
 * Reads the conversation of a deployment if its messages are followed, its guard or a budget needs it, or its run has ended, keeps
 * it as the transcript, and stops the deployment when its guard has tripped.
 * @returns whether a message is new or has changed, or the guard has tripped
 * @throws GatewayError the upstream's failure
 */
export async function pollConversation(
  context: ConversationPollContext,
  row: DeploymentRow,
): Promise<boolean> {
  const { messages, storeNowMs } = context;
  const guard = parseGuard(row.guard);
  const isFollowed = row.messagesWantedUntil > storeNowMs() && row.status !== 'QUEUED';
  // What an ended deployment has used counts for the list run that it belongs to.
  const isCounted = row.isTerminal ? countsUsage(guard) : needsConversation(guard);
  const isNeeded = isFollowed || isCounted;
  const isDue = isReadDue(row);
  const isBudgeted = context.budgetedIds.has(row.id) && !row.isTerminal && row.status !== 'QUEUED';
  const isRead = isNeeded || isDue || isBudgeted;
  const read = isRead ? await readConversation(context, row, isNeeded || isBudgeted) : undefined;
  const conversation = read?.conversation ?? (isNeeded ? emptyConversation(row.id) : undefined);
  // Messages are stored one by one only for those who follow or count them.
  const hasNewMessages =
    isNeeded &&
    conversation !== undefined &&
    (await messages.saveConversation(row.ownerId, row.id, {
      ...conversation,
      turns: countTurns(conversation),
    }));
  if (read !== undefined && (isDue || (context.keepsTranscripts && hasNewMessages)))
    await keepTranscript(context, row, context.credentialId, read);
  const hasUsedMore = isBudgeted && !isNeeded && read !== undefined && (await countUsage(context, row, read));
  const hasNewInThreads = isFollowed && (await pollThreads(context, row));
  const isTripped = await enforceGuard(context, row, conversation);
  return isTripped || hasNewMessages || hasUsedMore || hasNewInThreads;
}

/** Counts for budgets what was read, and stores nothing else of it. @returns whether it is more than before */
function countUsage(
  { transcripts }: ConversationPollContext,
  { ownerId, id }: DeploymentRow,
  { conversation }: ConversationRead,
): Promise<boolean> {
  const { inputTokens, outputTokens } = conversation;
  return transcripts.saveUsage(ownerId, id, { inputTokens, outputTokens, turns: countTurns(conversation) });
}

/**
 * Reads the threads of sub-agents that are followed, and keeps those that have changed for the transcript.
 * @returns whether a message in one is new or has changed
 */
async function pollThreads(
  context: ConversationPollContext,
  { ownerId, id: deploymentId }: DeploymentRow,
): Promise<boolean> {
  const { client, messages, credentialId } = context;
  let hasChanges = false;
  for (const callableId of await messages.followedThreads(ownerId, deploymentId)) {
    const read = await readThread(client, deploymentId, callableId);
    if (read === undefined) continue;
    const key = { ownerId, deploymentId, callableId };
    if (!(await messages.saveThread(key, read.conversation.messages))) continue;
    hasChanges = true;
    if (context.keepsTranscripts) await keepThread(context, key, credentialId, read);
  }
  return hasChanges;
}

/** @returns undefined for a thread that does not exist any more */
async function readThread(
  client: QuantConnectClient,
  deploymentId: string,
  callableId: string,
): Promise<ConversationRead | undefined> {
  try {
    return await client.readForTranscript(deploymentId, callableId);
  } catch (error) {
    if (!isGatewayError(error, 'NOT_FOUND')) throw error;
    return undefined;
  }
}

/**
 * Warns of limits that are about to be reached, and stops a deployment whose guard has tripped or whose budget is used up.
 * @param conversation undefined when it was not read: then only the limit of time is known
 * @returns whether it was stopped
 * @throws GatewayError the upstream's failure
 */
export async function enforceGuard(
  { client, deployments, storeNowMs, stopsSent }: ConversationPollContext,
  row: DeploymentRow,
  conversation?: Conversation,
): Promise<boolean> {
  const isOverBudget = row.stopCause === 'BUDGET';
  if (row.isTerminal || (row.guard === null && row.guardTripped === null && !isOverBudget)) return false;
  const guard = parseGuard(row.guard) ?? {};
  const facts = toGuardFacts(row, storeNowMs(), conversation);
  const warned = parseWarned(row.guardWarned);
  const warnings = findWarnings(guard, facts).filter(({ limit }) => !warned.includes(limit));
  if (warnings.length > 0) await deployments.markGuardWarned(row.ownerId, row.id, warnings);
  const reason = row.guardTripped ?? findTripReason(guard, facts);
  if (reason === undefined && !isOverBudget) return false;
  if (reason !== undefined && !isOverBudget) await deployments.markGuardTripped(row.ownerId, row.id, reason);
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
