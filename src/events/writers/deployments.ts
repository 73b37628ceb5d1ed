import type { GuardWarning } from '../../domain/deployment-guard.ts';
import { stopCauseOf } from '../../domain/end-reason.ts';
import type { ObservedDeployment } from '../../domain/observed.ts';
import type { ReadStart } from '../../domain/read-start.ts';
import { wakeWaitingRuns } from '../../store/ai-tasks/task-runs.ts';
import { ensureWatch, findDegradedReason } from '../../store/coordination/watches.ts';
import {
  findDeployment,
  findDeployments,
  insertDeployment,
  knownOrganization,
  storeObservation,
  updateDeployment,
  updateObserved,
} from '../../store/deployments/deployments.ts';
import { deletePrompts } from '../../store/deployments/prompts.ts';
import { deleteThreads } from '../../store/deployments/threads.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { recordUsage } from '../../store/usage/ledger.ts';
import { type Bus, messageStream, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import { enforceBudgets } from './budgets.ts';
import { type DeploymentOwnership, diff, diffPrompt, toEventDraft, toNewRow } from './deployment-diff.ts';
import { tripGuard, warnOfGuard } from './guard-events.ts';
import { eraseSaid } from './transcripts.ts';
import { countChange, countDeletion, countNew, countRevival } from './usage.ts';
import { assertWatchShare } from './watch-share.ts';

/** The only writer of deployment rows; each change is written in one transaction with its event. */
export interface DeploymentWriter {
  /**
   * Stores a deployment that was created through the gateway or found upstream, and watches it until it has ended.
   * Idempotent: a stored one is updated like by `applyObserved`.
   * @throws GatewayError `RATE_LIMITED` for one made elsewhere when the owner's share of watches is used up
   */
  track(ownership: DeploymentOwnership, observed: ObservedDeployment, start: ReadStart): Promise<void>;
  /**
   * Stores what one read has shown, in one transaction. Unknown deployments are passed over. A deployment that was stored
   * while the read was under way keeps its state; if the read shows another status, it is polled again at once.
   * @returns whether a status has changed
   */
  applyObserved(ownerId: string, observed: readonly ObservedDeployment[], start: ReadStart): Promise<boolean>;
  /** Like `applyObserved`, in a transaction of the caller. */
  applyWithin(
    tx: Db,
    emit: Emit,
    ownerId: string,
    observed: readonly ObservedDeployment[],
    start: ReadStart,
  ): Promise<boolean>;
  /**
   * A prompt was accepted: the deployment runs on, or again, and is polled at once.
   * @param noteOnce runs in the same transaction; nothing is written when it says that this prompt was written before
   */
  markPrompted(ownerId: string, deploymentId: string, noteOnce: (tx: Db) => Promise<boolean>): Promise<void>;
  /** A guard has tripped. `reason` is stored until the deployment has ended, and repeated calls change nothing. */
  markGuardTripped(ownerId: string, deploymentId: string, reason: string): Promise<void>;
  /** Warns of limits that are about to be reached, of each once. */
  markGuardWarned(ownerId: string, deploymentId: string, warnings: readonly GuardWarning[]): Promise<void>;
  /** Its owner wants it stopped. Nothing is noted of one that has ended, or that the gateway stops for another cause. */
  markStopAsked(ownerId: string, deploymentId: string): Promise<void>;
  /**
   * Ends the watch of a deployment that has ended and whose last messages and transcript are stored. It goes on while
   * messages are followed that were not read since the end.
   * @param transcriptDueAt as the row had it: after a later end there is more to read
   */
  stopWatching(ownerId: string, deploymentId: string, transcriptDueAt: number): Promise<void>;
  /** The deployment no longer exists upstream. What was said in it is kept. */
  markDeleted(ownerId: string, deploymentId: string): Promise<void>;
  /**
   * Its owner has deleted the deployment: like `markDeleted`, and what was said in it is erased.
   * @returns false when nothing was stored of it
   */
  erase(ownerId: string, deploymentId: string, options: { keepTranscript: boolean }): Promise<boolean>;
  /** The organization of a deployment was found: from now on it is polled with those of that organization. */
  assignOrganization(
    ownerId: string,
    deploymentId: string,
    found: { organizationId: string; taskId: string },
  ): Promise<void>;
  /** Polls a stored deployment at once, because a client follows its messages or has stopped it. */
  pollSoon(ownerId: string, deploymentId: string): Promise<void>;
}

export interface DeploymentWriterDeps {
  eventLog: EventLog;
  bus: Bus;
  /** Time until the first poll of a new deployment, and how late its last messages may appear. */
  pollIntervalMs: number;
  /**
   * What is watched for one owner at most. Deployments that were made through the gateway are watched all the same.
   * @default no limit
   */
  maxWatchesPerUser?: number;
}

export function createDeploymentWriter({
  eventLog,
  bus,
  pollIntervalMs,
  maxWatchesPerUser = Number.POSITIVE_INFINITY,
}: DeploymentWriterDeps): DeploymentWriter {
  /** Watches a deployment; its next poll comes within `delayMs`. */
  const watch = async (tx: Db, row: DeploymentRow, delayMs: number): Promise<void> => {
    if (row.credentialId === null) return;
    await updateDeployment(tx, row.ownerId, row.id, { isWatched: 1 });
    await ensureWatch(tx, {
      kind: 'DEPLOYMENTS',
      credentialId: row.credentialId,
      scope: row.organizationId ?? '',
      ownerId: row.ownerId,
      nextLookAt: eventLog.time(delayMs),
      pauseMs: pollIntervalMs,
    });
  };

  /** @returns whether the status has changed: runs that wait for the deployment are then to be woken */
  const applyOne = async (
    tx: Db,
    emit: Emit,
    row: DeploymentRow,
    observed: ObservedDeployment,
    start: ReadStart,
  ): Promise<boolean> => {
    if (row.revision > start.revision) {
      // Which of the two states is the newer one is not known: the next poll shows it.
      const isUnwatched = !observed.isTerminal && !row.isWatched;
      if (!row.isDeleted && (observed.status !== row.status || isUnwatched)) await watch(tx, row, 0);
      return false;
    }
    const isEnding = observed.isTerminal && !row.isTerminal;
    const isTurning = observed.isTerminal !== (row.isTerminal === 1);
    const nowMs = isTurning ? await eventLog.readTimeMs(tx) : 0;
    const found = diff(row, observed, {
      nowMs,
      observedAtMs: start.atMs,
      degradedReason: isEnding ? await findDegradedReason(tx, row) : null,
      lateMessagesMs: pollIntervalMs,
    });
    if (found === undefined) return false;
    await storeObservation(tx, row.ownerId, row.id, found.columns);
    if (isTurning) await countChange(tx, row, observed, nowMs);
    for (const event of found.events) emit(event);
    if (isTurning && !observed.isTerminal)
      await enforceBudgets(
        tx,
        emit,
        { ...row, status: observed.status, rawStatus: observed.rawStatus },
        eventLog.time(),
      );
    if (found.needsWatch) await watch(tx, row, pollIntervalMs);
    return found.hasChanged;
  };

  const applyWithin: DeploymentWriter['applyWithin'] = async (tx, emit, ownerId, observed, start) => {
    const ids = observed.map(({ id }) => id);
    const rows = new Map((await findDeployments(tx, ownerId, ids)).map((row) => [row.id, row]));
    const changed: string[] = [];
    for (const one of observed) {
      const row = rows.get(one.id);
      if (row !== undefined && (await applyOne(tx, emit, row, one, start))) changed.push(row.id);
    }
    if (changed.length > 0) await wakeWaitingRuns(tx, { ownerId, ids: changed }, eventLog.time());
    return changed.length > 0;
  };

  /** Runs `work` on a stored deployment; the poller is woken, because due times may have changed. */
  const change = async (
    ownerId: string,
    id: string,
    work: (tx: Db, row: DeploymentRow, emit: Emit) => Promise<void>,
  ): Promise<void> => {
    await eventLog.write(ownerId, async (tx, emit) => {
      const row = await findDeployment(tx, ownerId, id);
      if (row !== undefined && !row.isDeleted) await work(tx, row, emit);
    });
    bus.publish(WATCH_STREAM, 0);
  };

  const markGone = async (tx: Db, row: DeploymentRow, emit: Emit): Promise<void> => {
    await updateDeployment(tx, row.ownerId, row.id, { isDeleted: 1, isWatched: 0, transcriptDueAt: 0 });
    await deleteThreads(tx, row.ownerId, row.id);
    if (!row.isTerminal) await countDeletion(tx, row, await eventLog.readTimeMs(tx));
    await deletePrompts(tx, row.ownerId, row.id);
    emit({ type: 'DELETED', ...toEventDraft(row), previousStatus: row.status });
    await wakeWaitingRuns(tx, { ownerId: row.ownerId, ids: [row.id] }, eventLog.time());
  };

  return {
    async track(ownership, observed, start) {
      const { ownerId, guard, reason, isMadeElsewhere = false } = ownership;
      await eventLog.write(ownerId, async (tx, emit) => {
        const row = await findDeployment(tx, ownerId, observed.id);
        if (row !== undefined) {
          // The credential of the row was deleted: the one that finds the deployment again takes over.
          const credentialId = row.credentialId ?? ownership.credentialId;
          if (row.credentialId === null) await updateDeployment(tx, ownerId, row.id, { credentialId });
          // A subscriber may have stored the deployment before the request that created it: its guard holds all the same.
          if (guard !== null) await updateDeployment(tx, ownerId, row.id, { guard });
          if (await applyOne(tx, emit, { ...row, credentialId }, observed, start))
            await wakeWaitingRuns(tx, { ownerId, ids: [row.id] }, eventLog.time());
          return;
        }
        const organizationId =
          ownership.organizationId ??
          (observed.taskId ? await knownOrganization(tx, ownerId, observed.taskId) : null);
        const times = { nowMs: await eventLog.readTimeMs(tx), observedAtMs: start.atMs };
        const newRow = toNewRow({ ...ownership, organizationId }, observed, times);
        const isToWatch = !observed.isTerminal || newRow.transcriptDueAt > 0;
        if (isToWatch && isMadeElsewhere) await assertWatchShare(tx, ownerId, maxWatchesPerUser);
        await insertDeployment(tx, newRow);
        await countNew(tx, newRow, observed, times.nowMs);
        emit({ type: 'CREATED', ...toEventDraft(newRow), reason });
        await enforceBudgets(tx, emit, newRow, eventLog.time());
        if (isToWatch) await watch(tx, newRow, pollIntervalMs);
      });
      bus.publish(WATCH_STREAM, 0);
    },

    applyObserved: (ownerId, observed, start) =>
      eventLog.write(ownerId, (tx, emit) => applyWithin(tx, emit, ownerId, observed, start)),

    applyWithin,

    markPrompted: (ownerId, id, noteOnce) =>
      change(ownerId, id, async (tx, row, emit) => {
        if (!(await noteOnce(tx))) return;
        const nowMs = await eventLog.readTimeMs(tx);
        const { columns, event } = diffPrompt(row, nowMs);
        await updateObserved(tx, ownerId, id, columns);
        if (row.isTerminal) await countRevival(tx, row, nowMs);
        emit(event);
        await enforceBudgets(
          tx,
          emit,
          { ...row, status: event.status, rawStatus: event.rawStatus },
          eventLog.time(),
        );
        await watch(tx, row, 0);
      }),

    markGuardTripped: (ownerId, id, reason) =>
      change(ownerId, id, async (tx, row, emit) => {
        await tripGuard(tx, emit, row, reason);
      }),

    markGuardWarned: (ownerId, id, warnings) =>
      change(ownerId, id, async (tx, row, emit) => {
        await warnOfGuard(tx, emit, row, warnings);
      }),

    markStopAsked: (ownerId, id) =>
      change(ownerId, id, async (tx, row) => {
        if (row.isTerminal || stopCauseOf(row) !== null) return;
        await updateDeployment(tx, ownerId, id, { stopCause: 'STOPPED_BY_USER' });
      }),

    async stopWatching(ownerId, id, transcriptDueAt) {
      await change(ownerId, id, async (tx, row) => {
        if (!row.isTerminal || row.transcriptDueAt !== transcriptDueAt) return;
        // A client has asked for its messages since this poll began: the next one reads them.
        const isFollowed = row.messagesWantedUntil > (await eventLog.readTimeMs(tx));
        if (isFollowed && row.messagesReadAt < row.settleAt) return;
        await updateDeployment(tx, ownerId, id, { isWatched: 0 });
      });
      // Subscribers of its messages end now.
      bus.publish(messageStream(ownerId, id), 0);
    },

    async markDeleted(ownerId, id) {
      await change(ownerId, id, markGone);
      bus.publish(messageStream(ownerId, id), 0);
    },

    async erase(ownerId, id, { keepTranscript }) {
      const wasKnown = await eventLog.write(ownerId, async (tx, emit) => {
        const row = await findDeployment(tx, ownerId, id);
        if (row !== undefined && !row.isDeleted) await markGone(tx, row, emit);
        return (await eraseSaid(tx, ownerId, id, keepTranscript)) || row?.isDeleted === 0;
      });
      bus.publish(WATCH_STREAM, 0);
      bus.publish(messageStream(ownerId, id), 0);
      return wasKnown;
    },

    assignOrganization: (ownerId, id, found) =>
      change(ownerId, id, async (tx, row, emit) => {
        // The watch that it leaves can no longer announce to it that polling works again.
        const reason = row.isTerminal ? null : await findDegradedReason(tx, row);
        if (reason !== null) emit({ type: 'WATCH_RECOVERED', ...toEventDraft(row), reason });
        await updateDeployment(tx, ownerId, id, found);
        await recordUsage(tx, { ...row, ...found });
        await watch(tx, { ...row, ...found }, 0);
      }),

    pollSoon: (ownerId, id) => change(ownerId, id, (tx, row) => watch(tx, row, 0)),
  };
}
