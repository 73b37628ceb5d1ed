import type { Clock } from '../../lib/clock.ts';
import { wakeWaitingRuns } from '../../store/ai-tasks/task-runs.ts';
import { ensureWatch, findWatch } from '../../store/coordination/watches.ts';
import {
  findDeployment,
  findDeployments,
  insertDeployment,
  knownOrganization,
  updateDeployment,
} from '../../store/deployments/deployments.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { type Bus, messageStream, WATCH_STREAM } from '../bus.ts';
import type { Emit, EventLog } from '../log.ts';
import {
  type DeploymentOwnership,
  isOldEnd,
  isSameStatusWord,
  newRow,
  type ObservedDeployment,
  observedColumns,
  toEventDraft,
} from './deployment-diff.ts';

/** The only writer of deployment rows, each change together with the event that tells it. */
export interface DeploymentWriter {
  /** Begins to watch a deployment: the gateway made it, or somebody asked for it first. Idempotent. */
  track(custody: DeploymentOwnership, seen: ObservedDeployment, lookedAtMs: number): Promise<void>;
  /**
   * Records what one look found, in one transaction; what an earlier-begun look brings too late changes nothing.
   * @returns whether anything was worth an event
   */
  applyObserved(ownerId: string, seen: ObservedDeployment[], lookedAtMs: number): Promise<boolean>;
  /** A prompt was accepted: watching goes on, or begins again. */
  markPrompted(ownerId: string, deploymentId: string): Promise<void>;
  /** A guard tripped; `verdict` is kept until the stop has been seen. */
  markGuardTripped(ownerId: string, deploymentId: string, verdict: string): Promise<void>;
  /** A deployment that has ended has said all it had to say: watching it ends. */
  stopWatching(ownerId: string, deploymentId: string): Promise<void>;
  /** The deployment no longer exists upstream. */
  markDeleted(ownerId: string, deploymentId: string): Promise<void>;
  /** The organization of a deployment was found: from now on it is looked at with that organization. */
  assignOrganization(
    ownerId: string,
    deploymentId: string,
    place: { organizationId: string; taskId: string },
  ): Promise<void>;
  /** Asks for an early look at a known deployment: somebody waits for its messages, or it was told to stop. */
  pollSoon(ownerId: string, deploymentId: string): Promise<void>;
}

export interface DeploymentWriterDeps {
  eventLog: EventLog;
  bus: Bus;
  clock: Pick<Clock, 'now'>;
  /** How soon after its birth a deployment is looked at, and how late its last messages may come. */
  pollIntervalMs: number;
}

/** An ended deployment is given so long to come back to life after a prompt. */
const REVIVAL_MS = 30_000;

export function createDeploymentWriter({
  eventLog,
  bus,
  clock,
  pollIntervalMs,
}: DeploymentWriterDeps): DeploymentWriter {
  /** Puts a deployment under watch; the first look comes `delayMs` from now at the latest. */
  const watch = async (tx: Db, row: DeploymentRow, delayMs: number): Promise<void> => {
    if (row.credentialId === null) return;
    await updateDeployment(tx, row.ownerId, row.id, { isWatched: 1 });
    await ensureWatch(tx, {
      kind: 'DEPLOYMENTS',
      credentialId: row.credentialId,
      scope: row.organizationId ?? '',
      ownerId: row.ownerId,
      nextLookAt: clock.now() + delayMs,
      pauseMs: pollIntervalMs,
    });
  };

  const record = async (
    tx: Db,
    emit: Emit,
    row: DeploymentRow,
    seen: ObservedDeployment,
    lookedAtMs: number,
  ) => {
    if (row.isDeleted || row.observedAt > lookedAtMs) return false;
    if (isOldEnd(row, seen) && clock.now() < row.settleAt) return false;
    const next = { ...row, ...observedColumns(seen, row), observedAt: lookedAtMs, isStale: 0 as const };
    const ended = seen.isTerminal && !row.isTerminal;
    const lateMessagesMs = row.messagesWantedUntil > clock.now() ? pollIntervalMs : 0;
    await updateDeployment(tx, row.ownerId, row.id, {
      ...observedColumns(seen, row),
      observedAt: lookedAtMs,
      isStale: 0,
      ...(ended ? { settleAt: clock.now() + lateMessagesMs, guardTripped: null } : {}),
    });
    const changed = seen.status !== row.status || !isSameStatusWord(seen.rawStatus, row.rawStatus);
    const degradedReason = ended ? await degradationOf(tx, row) : null;
    // Said before the end: many a reader leaves with it, and nothing is announced about the ended.
    if (degradedReason !== null)
      emit({ type: 'WATCH_RECOVERED', ...toEventDraft(row), reason: degradedReason });
    if (changed) emit({ type: 'STATUS_CHANGED', ...toEventDraft(next), previousStatus: row.status });
    if (!seen.isTerminal && !row.isWatched) await watch(tx, next, pollIntervalMs);
    if (changed) await wakeWaitingRuns(tx, row, clock.now());
    return changed;
  };

  /** Why watching a deployment is announced to be degraded; null while it is not. */
  const degradationOf = async (tx: Db, { credentialId, organizationId }: DeploymentRow) => {
    if (credentialId === null) return null;
    const watch = await findWatch(tx, { kind: 'DEPLOYMENTS', credentialId, scope: organizationId ?? '' });
    return watch?.degradedReason ?? null;
  };

  /** Runs `work` on a known deployment; the poller is told, as its plan may have changed. */
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

  return {
    async track(custody, seen, lookedAtMs) {
      const { ownerId, credentialId } = custody;
      await eventLog.write(ownerId, async (tx, emit) => {
        const known = await findDeployment(tx, ownerId, seen.id);
        if (known !== undefined) {
          // Its credential was deleted: the one that finds it again takes over.
          if (known.credentialId === null) await updateDeployment(tx, ownerId, seen.id, { credentialId });
          // A subscriber may have found it before the request that made it came to its end: the guard holds all the same.
          if (custody.guard !== null) await updateDeployment(tx, ownerId, seen.id, { guard: custody.guard });
          await record(
            tx,
            emit,
            { ...known, credentialId: known.credentialId ?? credentialId },
            seen,
            lookedAtMs,
          );
          return;
        }
        const organizationId =
          custody.organizationId ?? (seen.taskId ? await knownOrganization(tx, ownerId, seen.taskId) : null);
        const row = newRow({ ...custody, organizationId }, seen, lookedAtMs, clock.now());
        await insertDeployment(tx, row);
        emit({ type: 'CREATED', ...toEventDraft(row), reason: custody.reason });
        if (!seen.isTerminal) await watch(tx, row, pollIntervalMs);
      });
      bus.publish(WATCH_STREAM, 0);
    },

    applyObserved: (ownerId, seen, lookedAtMs) =>
      eventLog.write(ownerId, async (tx, emit) => {
        const rows = await findDeployments(
          tx,
          ownerId,
          seen.map((one) => one.id),
        );
        const known = new Map(rows.map((row) => [row.id, row]));
        let changed = false;
        for (const one of seen) {
          const row = known.get(one.id);
          if (row !== undefined && (await record(tx, emit, row, one, lookedAtMs))) changed = true;
        }
        return changed;
      }),

    markPrompted: (ownerId, id) =>
      change(ownerId, id, async (tx, row, emit) => {
        // The upstream answers that the run has started (page 7.2), so an ended one counts as running from here.
        const revived = row.isTerminal
          ? ({ status: 'RUNNING', rawStatus: 'Running', isTerminal: 0, runStartedAt: clock.now() } as const)
          : {};
        const next = { ...row, ...revived };
        await updateDeployment(tx, ownerId, id, { ...revived, settleAt: clock.now() + REVIVAL_MS });
        emit({ type: 'PROMPTED', ...toEventDraft(next), previousStatus: row.status });
        await watch(tx, next, 0);
      }),

    markGuardTripped: (ownerId, id, verdict) =>
      change(ownerId, id, async (tx, row, emit) => {
        if (row.guardTripped !== null) return;
        await updateDeployment(tx, ownerId, id, { guardTripped: verdict });
        emit({ type: 'GUARD_TRIPPED', ...toEventDraft(row), reason: verdict });
      }),

    async stopWatching(ownerId, id) {
      await change(ownerId, id, async (tx, row) => {
        if (row.isTerminal) await updateDeployment(tx, ownerId, id, { isWatched: 0 });
      });
      // Whoever waits for messages learns that no more will come.
      bus.publish(messageStream(ownerId, id), 0);
    },

    async markDeleted(ownerId, id) {
      await change(ownerId, id, async (tx, row, emit) => {
        await updateDeployment(tx, ownerId, id, { isDeleted: 1, isWatched: 0 });
        emit({ type: 'DELETED', ...toEventDraft(row), previousStatus: row.status });
        await wakeWaitingRuns(tx, row, clock.now());
      });
      bus.publish(messageStream(ownerId, id), 0);
    },

    assignOrganization: (ownerId, id, place) =>
      change(ownerId, id, async (tx, row, emit) => {
        // The watch it leaves cannot announce to it any more that looking works again.
        const reason = row.isTerminal ? null : await degradationOf(tx, row);
        if (reason !== null) emit({ type: 'WATCH_RECOVERED', ...toEventDraft(row), reason });
        await updateDeployment(tx, ownerId, id, place);
        await watch(tx, { ...row, ...place }, 0);
      }),

    pollSoon: (ownerId, id) => change(ownerId, id, (tx, row) => watch(tx, row, 0)),
  };
}
