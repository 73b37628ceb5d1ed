import type { Config } from '../config.ts';
import type { Bus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import { type AiTaskListWriter, createAiTaskListWriter } from '../events/writers/ai-task-lists.ts';
import { type AiTaskRunWriter, createAiTaskRunWriter } from '../events/writers/ai-task-runs.ts';
import { createDeploymentWriter, type DeploymentWriter } from '../events/writers/deployments.ts';
import { createMessageWriter, type MessageWriter } from '../events/writers/messages.ts';
import { createPromptWriter, type PromptWriter } from '../events/writers/prompts.ts';
import { createTranscriptWriter, type TranscriptWriter } from '../events/writers/transcripts.ts';
import type { Store } from '../store/store.ts';
import type { Runtime } from './runtime.ts';

/** Makes each writer over an event log: the open one for the services, that of the holder of a lease for the worker. */
export interface WriterFactory {
  deployments(eventLog: EventLog): DeploymentWriter;
  messages(eventLog: EventLog): MessageWriter;
  transcripts(eventLog: EventLog): TranscriptWriter;
  prompts(eventLog: EventLog): PromptWriter;
  lists(eventLog: EventLog): AiTaskListWriter;
  runs(eventLog: EventLog): AiTaskRunWriter;
}

export function createWriterFactory(
  { pollIntervalMs, maxWatchesPerUser, upstream }: Config,
  { clock }: Runtime,
  { store, bus }: { store: Store; bus: Bus },
): WriterFactory {
  return {
    deployments: (eventLog) => createDeploymentWriter({ eventLog, bus, pollIntervalMs, maxWatchesPerUser }),
    messages: (eventLog) => createMessageWriter({ store, eventLog, bus }),
    transcripts: (eventLog) => createTranscriptWriter({ eventLog }),
    prompts: (eventLog) => createPromptWriter({ eventLog, bus, reservationMs: 3 * upstream.timeoutMs }),
    lists: (eventLog) => createAiTaskListWriter({ eventLog }),
    runs: (eventLog) => createAiTaskRunWriter({ eventLog, bus, clock, pollIntervalMs, maxWatchesPerUser }),
  };
}

/** The writers of the services. */
export interface Writers {
  deployments: DeploymentWriter;
  messages: MessageWriter;
  transcripts: TranscriptWriter;
  prompts: PromptWriter;
  lists: AiTaskListWriter;
  runs: AiTaskRunWriter;
}

export function createWriters(factory: WriterFactory, eventLog: EventLog): Writers {
  return {
    deployments: factory.deployments(eventLog),
    messages: factory.messages(eventLog),
    transcripts: factory.transcripts(eventLog),
    prompts: factory.prompts(eventLog),
    lists: factory.lists(eventLog),
    runs: factory.runs(eventLog),
  };
}
