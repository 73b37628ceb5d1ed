import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import { createListJournal } from '../events/writers/ai-task-lists.ts';
import { createRunJournal } from '../events/writers/ai-task-runs.ts';
import { createJournal } from '../events/writers/deployments.ts';
import { createMessageStore } from '../events/writers/messages.ts';
import type { Store } from '../store/store.ts';
import type { Surroundings } from './runtime.ts';

/** Everything that writes what was seen or done, over one log: the open one, or that of the holder of a lease. */
export function createRecorders(
  config: Config,
  { clock }: Surroundings,
  { store, bus, log }: { store: Store; bus: Bus; log: EventLog },
) {
  const { pollIntervalMs } = config;
  return {
    journal: createJournal({ log, bus, clock, pollIntervalMs }),
    messages: createMessageStore({ store, log, bus, clock }),
    lists: createListJournal({ log }),
    runs: createRunJournal({ log, bus, clock, pollIntervalMs }),
  };
}

export type Recorders = ReturnType<typeof createRecorders>;
