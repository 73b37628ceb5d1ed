import { isActive, runtimeErrorOf } from './deployment.ts';
import { createDueHeap, type DueHeap } from './heap.ts';
import type { Deployment } from './records.ts';
import { isOpen, naturalEnd, type Round } from './round.ts';
import type { Outcome } from './script.ts';

/**
 * The agent nodes of one organization. No timers: `settle` replays, in order, all that should have happened since it
 * was last called, so a deployment starts at the moment a node came free, however late its state is read.
 */
export interface Scheduler {
  settle(nowMs: number): void;
  enqueue(deployment: Deployment): void;
  /** Asks a deployment to stop. It has no effect on one that is finished or stopping already. */
  stop(deployment: Deployment, nowMs: number): void;
  /**
   * Adds a round. A finished deployment runs again at once, even beyond the capacity
   * (docs/upstream/quantconnect.md, Deployment requests; assumed).
   */
  prompt(deployment: Deployment, round: Round, nowMs: number): void;
  end(deployment: Deployment, nowMs: number, outcome: Outcome): void;
  /** Plans again after the deployment's script has changed. */
  replan(deployment: Deployment, nowMs: number): void;
  remove(deployment: Deployment): void;
  setCapacity(capacity: number, nowMs: number): void;
  usage(): { capacity: number; running: number; waiting: number };
}

export function createScheduler(initialCapacity: number, bornMs: number): Scheduler {
  // Entries stay when plans change. One that is out of date is dropped when it comes to the top.
  const ends = createDueHeap<Deployment>();
  const queue = createDueHeap<Deployment>();
  let capacity = initialCapacity;
  let running = 0;
  let waiting = 0;
  let settledMs = bornMs;

  const truthful = (heap: DueHeap<Deployment>, holds: (d: Deployment, atMs: number) => boolean) => {
    for (;;) {
      const top = heap.peek();
      if (!top || holds(top.item, top.atMs)) return top;
      heap.pop();
    }
  };
  const nextEnd = () => truthful(ends, (d, atMs) => isActive(d) && d.endMs === atMs);
  const nextStart = () =>
    truthful(queue, (d, atMs) => d.phase === 'InQueue' && d.stopAskedMs === null && d.readyMs === atMs);

  const plan = (deployment: Deployment, endMs: number) => {
    deployment.endMs = endMs;
    if (Number.isFinite(endMs)) ends.push(endMs, deployment);
  };

  /** Plans the open rounds one after another, and returns when the last one is done. */
  const lineUp = (deployment: Deployment, nowMs: number) => {
    let freeMs = nowMs;
    for (const round of deployment.rounds.filter((candidate) => isOpen(candidate, nowMs))) {
      round.startMs ??= freeMs;
      const doneMs = naturalEnd(round, round.startMs);
      const last = round === deployment.rounds.at(-1);
      round.doneMs = last && deployment.script.endless ? null : doneMs;
      freeMs = Math.max(freeMs, doneMs);
    }
    return freeMs;
  };

  const run = (deployment: Deployment, nowMs: number) => {
    if (deployment.phase === 'InQueue') waiting -= 1;
    if (!deployment.onNode) running += 1;
    Object.assign(deployment, { phase: 'Running', onNode: true, endedMs: null, runtimeError: null });
    deployment.startedMs ??= nowMs;
    deployment.task.active.add(deployment);
    const doneMs = lineUp(deployment, nowMs);
    deployment.endsAs = deployment.script.outcome ?? 'Completed';
    plan(deployment, deployment.script.endless ? Number.POSITIVE_INFINITY : doneMs);
  };

  const leave = (deployment: Deployment) => {
    if (deployment.phase === 'InQueue') waiting -= 1;
    if (deployment.onNode) running -= 1;
    deployment.onNode = false;
    deployment.task.active.delete(deployment);
  };

  const finish = (deployment: Deployment, atMs: number, outcome: Outcome) => {
    leave(deployment);
    for (const round of deployment.rounds.filter((candidate) => isOpen(candidate, atMs))) {
      if (outcome === 'Stopped') Object.assign(round, { cutMs: atMs, doneMs: null });
      else round.doneMs = atMs;
    }
    const runtimeError = outcome === 'Failed' ? runtimeErrorOf(deployment) : null;
    Object.assign(deployment, { phase: outcome, endedMs: atMs, endMs: atMs, runtimeError });
  };

  const settle = (nowMs: number) => {
    for (;;) {
      const end = nextEnd();
      const start = running < capacity ? nextStart() : undefined;
      const endMs = end?.atMs ?? Number.POSITIVE_INFINITY;
      const startMs = start ? Math.max(start.atMs, settledMs) : Number.POSITIVE_INFINITY;
      if (Math.min(endMs, startMs) > nowMs) break;
      settledMs = Math.max(settledMs, Math.min(endMs, startMs));
      if (end && endMs <= startMs) {
        ends.pop();
        finish(end.item, end.atMs, end.item.endsAs);
      } else if (start) {
        queue.pop();
        run(start.item, startMs);
      }
    }
    settledMs = Math.max(settledMs, nowMs);
  };

  return {
    settle,
    enqueue(deployment) {
      waiting += 1;
      queue.push(deployment.readyMs, deployment);
      deployment.task.active.add(deployment);
    },
    stop(deployment, nowMs) {
      if (!isActive(deployment) || deployment.stopAskedMs !== null) return;
      deployment.stopAskedMs = nowMs;
      const stoppedMs = nowMs + deployment.script.stopMs;
      if (stoppedMs < deployment.endMs) {
        deployment.endsAs = 'Stopped';
        plan(deployment, stoppedMs);
      }
      settle(nowMs);
    },
    prompt(deployment, round, nowMs) {
      deployment.rounds.push(round);
      const stopping = isActive(deployment) && deployment.stopAskedMs !== null;
      if (deployment.phase === 'InQueue' || stopping) return;
      deployment.stopAskedMs = null;
      run(deployment, nowMs);
    },
    end(deployment, nowMs, outcome) {
      if (!isActive(deployment)) return;
      deployment.startedMs ??= nowMs;
      lineUp(deployment, nowMs);
      finish(deployment, nowMs, outcome);
      settle(nowMs);
    },
    replan(deployment, nowMs) {
      if (deployment.phase === 'InQueue' && deployment.stopAskedMs === null) {
        queue.push(deployment.readyMs, deployment);
      } else if (deployment.phase === 'Running' && deployment.stopAskedMs === null) {
        run(deployment, nowMs);
      }
      settle(nowMs);
    },
    remove(deployment) {
      if (!isActive(deployment)) return;
      leave(deployment);
      // The end of a phase makes its entries in both heaps out of date.
      deployment.phase = 'Stopped';
    },
    setCapacity(next, nowMs) {
      settle(nowMs);
      capacity = next;
      settle(nowMs);
    },
    usage: () => ({ capacity, running, waiting }),
  };
}
