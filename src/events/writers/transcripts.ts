import { parseJson, toJson } from '../../lib/json.ts';
import { rewriteAnswers } from '../../store/coordination/intents.ts';
import {
  deploymentsOfCredential,
  findDeployment,
  updateDeployment,
} from '../../store/deployments/deployments.ts';
import { deleteMessages } from '../../store/deployments/messages.ts';
import { deletePrompts } from '../../store/deployments/prompts.ts';
import {
  deleteTranscripts,
  deleteTranscriptsReadWith,
  hasTranscript,
  upsertTranscript,
} from '../../store/deployments/transcripts.ts';
import type { DeploymentRow, TranscriptRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import type { Emit, EventLog } from '../log.ts';
import { enforceBudgets } from './budgets.ts';
import { countTotals, growTotals, type UsedTotals } from './usage.ts';

/** One thread of a conversation, sealed, as one read has shown it. */
export interface SealedThread
  extends Pick<TranscriptRow, 'thread' | 'credentialId' | 'kid' | 'wrappedKey' | 'body'>,
    UsedTotals {
  /** True for a conversation without messages: it never replaces one with messages. */
  isEmpty: boolean;
}

/** The only writer of transcripts. */
export interface TranscriptWriter {
  /**
   * Stores what was said, in place of what was read before. Nothing is stored of a deployment that is unknown or was deleted.
   * @param dueAt the row's `transcriptDueAt` from before the read, when this read was due: it is no longer due then
   */
  save(ownerId: string, deploymentId: string, read: SealedThread, dueAt?: number): Promise<void>;
  /** Counts what was used, where no transcript is stored. @param dueAt as for `save` @returns whether it is more than before */
  saveUsage(ownerId: string, deploymentId: string, read: UsedTotals, dueAt?: number): Promise<boolean>;
  /** The transcript that was due is not read any more: there is none, or it cannot be had. */
  giveUp(ownerId: string, deploymentId: string, dueAt: number): Promise<void>;
}

export function createTranscriptWriter({ eventLog }: { eventLog: EventLog }): TranscriptWriter {
  const settle = async (tx: Db, row: DeploymentRow, dueAt: number | undefined): Promise<void> => {
    // A prompt may have revived it during the read, and the next end is due by itself.
    if (dueAt === undefined || row.transcriptDueAt !== dueAt) return;
    await updateDeployment(tx, row.ownerId, row.id, { transcriptDueAt: 0 });
  };

  /** @returns whether it is more than before */
  const saveTotals = async (tx: Db, emit: Emit, row: DeploymentRow, read: UsedTotals): Promise<boolean> => {
    const totals = growTotals(row, read);
    if (!(await countTotals(tx, row, totals))) return false;
    await updateDeployment(tx, row.ownerId, row.id, totals);
    await enforceBudgets(tx, emit, row, eventLog.time());
    return true;
  };

  return {
    async save(ownerId, deploymentId, { isEmpty, inputTokens, outputTokens, turns, ...sealed }, dueAt) {
      await eventLog.write(ownerId, async (tx, emit) => {
        const row = await findDeployment(tx, ownerId, deploymentId);
        if (row === undefined || row.isDeleted) return;
        await settle(tx, row, dueAt);
        if (isEmpty && (await hasTranscript(tx, ownerId, deploymentId, sealed.thread))) return;
        const readAt = await eventLog.readTimeMs(tx);
        const keptFrom = row.isTerminal ? endedAtMs(row, readAt) : readAt;
        await upsertTranscript(tx, { ownerId, deploymentId, ...sealed, readAt, keptFrom });
        await saveTotals(tx, emit, row, { inputTokens, outputTokens, turns });
      });
    },

    saveUsage: (ownerId, deploymentId, read, dueAt) =>
      eventLog.write(ownerId, async (tx, emit) => {
        const row = await findDeployment(tx, ownerId, deploymentId);
        if (row === undefined || row.isDeleted) return false;
        await settle(tx, row, dueAt);
        return saveTotals(tx, emit, row, read);
      }),

    async giveUp(ownerId, deploymentId, dueAt) {
      await eventLog.write(ownerId, async (tx) => {
        const row = await findDeployment(tx, ownerId, deploymentId);
        if (row !== undefined) await settle(tx, row, dueAt);
      });
    },
  };
}

/** When the upstream says that the deployment has ended; else when the gateway saw it. */
function endedAtMs({ state, settleAt }: DeploymentRow, nowMs: number): number {
  const { endedAt } = parseJson(state);
  const statedMs = endedAt == null ? Number.NaN : Date.parse(endedAt);
  return Math.min(nowMs, Number.isNaN(statedMs) ? settleAt : statedMs);
}

/**
 * Erases what was said in a deployment: its messages and prompts, and unless they are to be kept its transcripts, with what its row and
 * the kept answer to its deploy repeat of them.
 * @returns whether a transcript was erased
 */
export async function eraseSaid(
  tx: Db,
  ownerId: string,
  deploymentId: string,
  keepTranscript: boolean,
): Promise<boolean> {
  await deleteMessages(tx, ownerId, deploymentId);
  await deletePrompts(tx, ownerId, deploymentId);
  if (keepTranscript) return false;
  const erased = await deleteTranscripts(tx, ownerId, deploymentId);
  await rewriteAnswers(tx, ownerId, deploymentId, withoutWords);
  const row = await findDeployment(tx, ownerId, deploymentId);
  if (row !== undefined) {
    await updateDeployment(tx, ownerId, deploymentId, { state: toJson(withoutWords(parseJson(row.state))) });
  }
  return erased > 0;
}

/** Erases what was said in the deployments that are polled with a credential, or were read with it. */
export async function eraseSaidWith(tx: Db, ownerId: string, credentialId: string): Promise<void> {
  const rows = await deploymentsOfCredential(tx, ownerId, credentialId);
  for (const { id } of rows) await eraseSaid(tx, ownerId, id, false);
  await deleteTranscriptsReadWith(tx, ownerId, credentialId);
}

function withoutWords<T extends object>(deployment: T): T {
  return { ...deployment, prompt: null, runtimeError: null };
}
