import type { Config } from './config.ts';
import type { Bus } from './events/bus.ts';
import { createJournal } from './events/journal.ts';
import { createListJournal } from './events/list-journal.ts';
import type { EventLog } from './events/log.ts';
import { createMessageStore } from './events/messages.ts';
import { createRunJournal } from './events/run-journal.ts';
import type { Store } from './store/store.ts';
import type { Surroundings } from './surroundings.ts';

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
