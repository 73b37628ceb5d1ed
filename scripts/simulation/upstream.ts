import type { Clock } from '../../src/lib/clock.ts';
import type { TaskLister } from '../../src/worker/deployments/task-list.ts';
import { deploymentId, type SimulatedWatch, STATUSES, TASK_ID } from './population.ts';

/** How the stand-in for the upstream answers. */
export interface UpstreamOptions {
  clock: Clock;
  watches: readonly SimulatedWatch[];
  /** How long before it is due first each organization was read. */
  pauseMs: number;
  /** How often a deployment changes its status, in an hour. */
  changesAnHour: number;
  /** A number in [0, 1). */
  fraction(): number;
  /** Called when an answer shows changes, with their number. */
  onChanges(count: number): void;
}

/** How long an answer takes. */
const LATENCY_MS = { least: 100, spread: 300 };

/** Lists the deployments of an organization as one task; as time passes, one after the other changes its status. */
export function createUpstream(options: UpstreamOptions): TaskLister {
  const { clock, watches, pauseMs, changesAnHour, fraction, onChanges } = options;
  /** How many changes each organization has seen, and when it was read last. */
  const changes = new Uint32Array(watches.length);
  const readAtMs = watches.map(({ dueAtMs }) => dueAtMs - pauseMs);

  const change = (scope: number, deployments: number): void => {
    const elapsedHours = (clock.now() - (readAtMs[scope] ?? 0)) / 3_600_000;
    readAtMs[scope] = clock.now();
    const expected = deployments * changesAnHour * elapsedHours;
    const count = Math.floor(expected) + (fraction() < expected % 1 ? 1 : 0);
    changes[scope] = (changes[scope] ?? 0) + count;
    if (count > 0) onChanges(count);
  };

  return {
    async listTasks(organizationId) {
      const scope = Number(organizationId);
      const { deployments } = watches[scope] ?? { deployments: 0 };
      await clock.sleep(LATENCY_MS.least + LATENCY_MS.spread * fraction());
      change(scope, deployments);
      const activeDeployments = Array.from({ length: deployments }, (_, index) => {
        // Change n is of deployment n modulo their number.
        const ofOne = Math.ceil(((changes[scope] ?? 0) - index) / deployments);
        const rawStatus = STATUSES[Math.max(0, ofOne) % STATUSES.length] ?? '';
        return { deploymentId: deploymentId(organizationId, index), rawStatus };
      });
      return { items: [{ id: TASK_ID, activeDeployments }] };
    },
  };
}
