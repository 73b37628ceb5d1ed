import { type GatewayError, isGatewayError } from '../../errors.ts';
import type { SealedThread, TranscriptWriter } from '../../events/writers/transcripts.ts';
import { parseJson } from '../../lib/json.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ThreadKey } from '../../store/deployments/threads.ts';
import { MAIN_THREAD } from '../../store/deployments/transcripts.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { StoreClock } from '../../store/store-clock.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import { type ConversationRead, toTranscript } from '../../upstream/quantconnect/transcript.ts';
import { countTurns } from '../../upstream/quantconnect/turns.ts';
import type { TranscriptSeal } from '../../vault/transcript-seal.ts';

/** What a poll needs to keep what was said. */
export interface TranscriptKeeping {
  transcripts: TranscriptWriter;
  seal: TranscriptSeal;
  /** False when no transcript is kept at all. */
  keepsTranscripts: boolean;
}

export interface ConversationReadContext extends TranscriptKeeping {
  client: QuantConnectClient;
  storeNowMs: StoreClock;
  logger: Pick<Logger, 'warn'>;
}

/** How long after the end a conversation that the upstream does not have is asked for again. */
const MISSING_MS = 15_000;
/** How long after the end a conversation that cannot be used, because it is too large for instance, is asked for again. */
const UNUSABLE_MS = 600_000;
/** How long after the end a conversation is asked for again when the upstream cannot be reached. */
const OUTAGE_MS = 86_400_000;

/** True when a run has ended and what was said and used in it has not been stored yet. */
export function isReadDue(row: DeploymentRow): boolean {
  return row.isTerminal === 1 && row.transcriptDueAt > 0;
}

/**
 * Reads a conversation that a client follows, a guard needs, or that is due as a transcript. A read that is only due does not
 * fail the poll, unless the upstream cannot be reached: the next polls try again, until it is given up.
 * @param isNeeded true when more than the transcript depends on it
 * @returns undefined when it does not exist (yet, or any more), or only the transcript depends on it and it cannot be used
 * @throws GatewayError the upstream's failure
 */
export async function readConversation(
  context: ConversationReadContext,
  row: DeploymentRow,
  isNeeded: boolean,
): Promise<ConversationRead | undefined> {
  try {
    return await context.client.readForTranscript(row.id);
  } catch (error) {
    if (!isGatewayError(error) || error.code === 'INTERNAL') throw error;
    if (isReadDue(row)) await giveUpInTime(context, row, error);
    const mayFail = error.code === 'NOT_FOUND' || (!isNeeded && error.code === 'UPSTREAM_BAD_RESPONSE');
    if (!mayFail) throw error;
    return undefined;
  }
}

/** Stores what was read as the transcript, or only what was used where none is kept. @throws LeaseLostError */
export async function keepTranscript(
  { transcripts, seal, keepsTranscripts }: TranscriptKeeping,
  row: DeploymentRow,
  credentialId: string,
  { conversation, source }: ConversationRead,
): Promise<void> {
  const { inputTokens, outputTokens, messages } = conversation;
  const used = { inputTokens, outputTokens, turns: countTurns(conversation) };
  if (!keepsTranscripts) {
    await transcripts.saveUsage(row.ownerId, row.id, used, row.transcriptDueAt);
    return;
  }
  const place = { ownerId: row.ownerId, deploymentId: row.id, thread: MAIN_THREAD };
  const thread: SealedThread = {
    thread: MAIN_THREAD,
    credentialId,
    ...(await seal.seal(place, toTranscript(source))),
    isEmpty: messages.length === 0,
    ...used,
  };
  await transcripts.save(row.ownerId, row.id, thread, row.transcriptDueAt);
}

/** Stores what was read of a sub-agent's thread beside the transcript. @throws LeaseLostError */
export async function keepThread(
  { transcripts, seal }: TranscriptKeeping,
  { ownerId, deploymentId, callableId }: ThreadKey,
  credentialId: string,
  { conversation, source }: ConversationRead,
): Promise<void> {
  const sealed = await seal.seal({ ownerId, deploymentId, thread: callableId }, toTranscript(source));
  const isEmpty = conversation.messages.length === 0;
  const thread: SealedThread = {
    ...{ thread: callableId, credentialId, ...sealed, isEmpty },
    // The deployment's tokens are those of its own thread.
    ...{ inputTokens: 0, outputTokens: 0, turns: 0 },
  };
  await transcripts.save(ownerId, deploymentId, thread);
}

/** Ends the wait for a transcript that was not to be had for long enough, so that the watch can end. */
async function giveUpInTime(
  { transcripts, storeNowMs, logger }: ConversationReadContext,
  row: DeploymentRow,
  error: GatewayError,
): Promise<void> {
  if (storeNowMs() - row.transcriptDueAt < findLimitMs(row, error)) return;
  await transcripts.giveUp(row.ownerId, row.id, row.transcriptDueAt);
  if (error.code !== 'NOT_FOUND')
    logger.warn(
      { err: error, deploymentId: row.id },
      'conversation cannot be read; its transcript is missing, and what it has used since the last read is not counted',
    );
}

function findLimitMs(row: DeploymentRow, { code }: GatewayError): number {
  // A deployment that ended in the queue never had a conversation.
  if (code === 'NOT_FOUND') return parseJson(row.state).startedAt == null ? 0 : MISSING_MS;
  return code === 'UPSTREAM_BAD_RESPONSE' ? UNUSABLE_MS : OUTAGE_MS;
}
