import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import { createAiTaskListWriter } from '../events/writers/ai-task-lists.ts';
import { createAiTaskRunWriter } from '../events/writers/ai-task-runs.ts';
import { createDeploymentWriter } from '../events/writers/deployments.ts';
import { createMessageWriter } from '../events/writers/messages.ts';
import type { Store } from '../store/store.ts';
import type { Runtime } from './runtime.ts';

/** Everything that writes what was seen or done, over one log: the open one, or that of the holder of a lease. */
export function createWriters(
  config: Config,
  { clock }: Runtime,
  { store, bus, eventLog }: { store: Store; bus: Bus; eventLog: EventLog },
) {
  const { pollIntervalMs } = config;
  return {
    deployments: createDeploymentWriter({ eventLog, bus, clock, pollIntervalMs }),
    messages: createMessageWriter({ store, eventLog, bus, clock }),
    lists: createAiTaskListWriter({ eventLog }),
    runs: createAiTaskRunWriter({ eventLog, bus, clock, pollIntervalMs }),
  };
}

export type Writers = ReturnType<typeof createWriters>;
