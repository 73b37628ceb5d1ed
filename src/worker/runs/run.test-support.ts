import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts';
import { credential, insertPerson } from '../../../test/support/stores.ts';
import { readAiTaskStatus } from '../../domain/ai-task-status.ts';
import { createMemoryBus } from '../../events/bus.ts';
import { createEventLog } from '../../events/log.ts';
import { createAiTaskRunWriter } from '../../events/writers/ai-task-runs.ts';
import { detailedAiTask } from '../../services/ai-tasks/detailed-ai-task.test-support.ts';
import { insertListRun } from '../../store/ai-tasks/list-runs.ts';
import { findTaskRun, insertTaskRun, updateTaskRun } from '../../store/ai-tasks/task-runs.ts';
import { insertCredential } from '../../store/identity/credentials.ts';
import type { AiListRunRow, AiTaskRunRow } from '../../store/schema/index.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { AiTaskChanges, DetailedAiTask } from '../../upstream/quantcdn/model.ts';
import type { AiTaskClient, RunContext } from './step.ts';

export const NOW = 1_700_000_000_000;

/** A run that was just started for one AI task alone. */
export function taskRun(more: Partial<AiTaskRunRow> = {}): AiTaskRunRow {
  return {
    ownerId: 'u1',
    id: 'r1',
    credentialId: 'cdn',
    agentCredentialId: 'agents',
    organisation: 'acme',
    aiTaskId: 't1',
    taskListId: 'list',
    listRunId: null,
    taskId: null,
    state: 'STARTING',
    deploymentId: null,
    guard: null,
    progressMessage: null,
    reason: null,
    startedBy: null,
    createdAt: NOW,
    endedAt: null,
    ...more,
  };
}

export function listRun(more: Partial<AiListRunRow> = {}): AiListRunRow {
  return {
    ownerId: 'u1',
    id: 'l1',
    credentialId: 'cdn',
    agentCredentialId: 'agents',
    organisation: 'acme',
    taskListId: 'list',
    maxParallel: 3,
    guard: null,
    guardWarned: null,
    guardTripped: null,
    state: 'RUNNING',
    stopsDeployments: 0,
    reason: null,
    startedBy: null,
    createdAt: NOW,
    endedAt: null,
    ...more,
  };
}

/** The AI task of `taskRun()`: pending, and linked to the QuantConnect task 77. */
export function linkedTask(more: Parameters<typeof detailedAiTask>[1] = {}): DetailedAiTask {
  return detailedAiTask('t1', { ...more, details: { metadata: linkTo({}), ...more.details } });
}

/** Metadata with a link to the QuantConnect task 77. */
export function linkTo(more: { runId?: string }) {
  return { quantconnect: { taskId: '77', ...more } };
}

/** An AI task upstream that this run has claimed. */
export const CLAIMED = {
  status: 'IN_PROGRESS',
  rawStatus: 'in_progress',
  details: { metadata: linkTo({ runId: 'r1' }) },
} as const;

/** One AI task upstream, with the requests that were sent. */
export interface FakeAiTasks extends AiTaskClient {
  task: DetailedAiTask;
  sent: AiTaskChanges[];
  /** Thrown by the next requests, in this order; undefined lets one pass. */
  failReads: (Error | undefined)[];
  failUpdates: (Error | undefined)[];
  /** What another client does right after an update. */
  afterUpdate(task: DetailedAiTask): DetailedAiTask;
}

function fakeAiTasks(task: DetailedAiTask): FakeAiTasks {
  const fake: FakeAiTasks = {
    task,
    sent: [],
    failReads: [],
    failUpdates: [],
    afterUpdate: (changed) => changed,
    async readTask() {
      const error = fake.failReads.shift();
      if (error !== undefined) throw error;
      return fake.task;
    },
    async readTaskToChange(id) {
      const read = await fake.readTask(id);
      return { task: read, metadata: read.details.metadata };
    },
    async updateTask(_id, changes) {
      fake.sent.push(changes);
      const error = fake.failUpdates.shift();
      if (error !== undefined) throw error;
      const { rawStatus = fake.task.rawStatus, metadata = fake.task.details.metadata } = changes;
      const status = readAiTaskStatus(rawStatus);
      const details = { ...fake.task.details, metadata };
      fake.task = fake.afterUpdate({ ...fake.task, rawStatus, status, details });
    },
  };
  return fake;
}

/** A run in a store of its own, with one AI task upstream. */
export interface RunBed extends AsyncDisposable {
  store: Store;
  clock: ManualClock;
  aiTasks: FakeAiTasks;
  context: RunContext;
  /** The row as it is now. */
  run(): Promise<AiTaskRunRow>;
}

/** @param list the list run that started the run, if any */
export async function setUpRun(
  task: DetailedAiTask,
  row: Partial<AiTaskRunRow> = {},
  {
    list,
    ...more
  }: Partial<Pick<RunContext, 'isTurnFree' | 'deploy' | 'stop' | 'agentsOf'>> & { list?: AiListRunRow } = {},
): Promise<RunBed> {
  const store = await openStore(':memory:');
  const clock = createManualClock(NOW);
  const bus = createMemoryBus();
  await insertPerson(store.db, 'u1');
  await insertCredential(store.db, credential('u1', 'cdn', { provider: 'QUANTCDN', account: 'acme' }));
  await insertCredential(store.db, credential('u1', 'agents', { status: 'VERIFIED' }));
  if (list !== undefined) await insertListRun(store.db, list);
  await insertTaskRun(store.db, taskRun({ ...row, listRunId: list?.id ?? null }));
  const aiTasks = fakeAiTasks(task);
  const writer = createAiTaskRunWriter({
    eventLog: createEventLog({ store, bus, clock }),
    bus,
    clock,
    pollIntervalMs: 2_000,
  });
  const context: RunContext = {
    store,
    clock,
    aiTasks,
    writer,
    aiTasksOf: () => aiTasks,
    agentsOf: () => ({ readConversation: () => Promise.reject(new Error('no conversation is expected')) }),
    isTurnFree: async () => true,
    deploy: () => Promise.reject(new Error('no deployment is expected')),
    stop: () => Promise.reject(new Error('no stop is expected')),
    writerUnder: () => writer,
    ...more,
  };
  return {
    store,
    clock,
    aiTasks,
    context,
    async run() {
      const found = await findTaskRun(store.db, 'u1', 'r1');
      if (found === undefined) throw new Error('the run is gone');
      return found;
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** Another run of the same owner that deploys the QuantConnect task 77. */
export async function addDeployingRun(store: Store): Promise<void> {
  await insertTaskRun(store.db, taskRun({ id: 'r0', aiTaskId: 't0', taskId: '77', state: 'DEPLOYING' }));
}

/** Ends the other run. */
export async function endDeployingRun(store: Store): Promise<void> {
  await updateTaskRun(store.db, 'r0', { state: 'FAILED', endedAt: NOW });
}
