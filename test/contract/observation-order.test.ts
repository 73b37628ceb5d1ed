import { expect, test } from 'vitest';
import type { ObservedAiTask, ObservedDeployment } from '../../src/domain/observed.ts';
import type { ReadStart } from '../../src/domain/read-start.ts';
import { createMemoryBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createAiTaskListWriter } from '../../src/events/writers/ai-task-lists.ts';
import { createDeploymentWriter } from '../../src/events/writers/deployments.ts';
import { findAiTasks } from '../../src/store/ai-tasks/tasks.ts';
import { ensureWatch, findWatch } from '../../src/store/coordination/watches.ts';
import { findDeployment } from '../../src/store/deployments/deployments.ts';
import { readEvents } from '../../src/store/deployments/events.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import { newestRevision } from '../../src/store/revisions.ts';
import type { Store } from '../../src/store/store.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { type Bed, credential, insertPerson, onEveryStore } from '../support/stores.ts';

const HOUR_MS = 3_600_000;
const OWNERSHIP = { ownerId: 'ada', credentialId: 'c1', organizationId: 'o1', guard: null, reason: null };
const LIST_OWNER = { ownerId: 'ada', organisation: 'acme' };
const LIST_WATCH = { kind: 'AI_TASK_LIST', credentialId: 'c2', scope: 'l1' } as const;

const RUNNING: ObservedDeployment = {
  id: 'A-1',
  rawStatus: 'Running',
  status: 'RUNNING',
  isTerminal: false,
  taskId: '7',
};
const ENDED: ObservedDeployment = {
  ...RUNNING,
  rawStatus: 'Completed',
  status: 'COMPLETED',
  isTerminal: true,
};

function aiTask(updatedAt: string): ObservedAiTask {
  return { id: 't1', taskListId: 'l1', updatedAt, details: {} };
}

/** A replica whose clock is wrong by an offset. */
function createReplica(store: Store, offsetMs: number) {
  const clock = createManualClock(1_700_000_000_000 + offsetMs);
  const bus = createMemoryBus();
  const eventLog = createEventLog({ store, bus, clock });
  const begin = async (table: 'deployments' | 'aiTasks'): Promise<ReadStart> => ({
    atMs: clock.now(),
    revision: await newestRevision(store.db, table, 'ada'),
  });
  return {
    deployments: createDeploymentWriter({ eventLog, bus, pollIntervalMs: 2_000 }),
    lists: createAiTaskListWriter({ eventLog }),
    begin,
  };
}

/** A replica whose clock is right, and one whose clock is wrong: on SQLite, two processes one after the other. */
async function createReplicas({ replicas, store }: Bed, offsetMs: number) {
  await insertPerson(store.db, 'ada');
  await insertCredential(store.db, credential('ada', 'c1'));
  await insertCredential(store.db, credential('ada', 'c2', { provider: 'QUANTCDN', account: 'acme' }));
  await ensureWatch(store.db, { ...LIST_WATCH, ownerId: 'ada', nextLookAt: 2e12, pauseMs: 2_000 });
  return [createReplica(replicas[0] ?? store, 0), createReplica(replicas[1] ?? store, offsetMs)] as const;
}

onEveryStore((bed) => {
  const statusOf = async () => (await findDeployment(bed.store.db, 'ada', 'A-1'))?.status;
  const stateOf = async () => (await findAiTasks(bed.store.db, LIST_OWNER, ['t1']))[0]?.state;
  const logged = async () =>
    (await readEvents(bed.store.db, 'ada', {}, 0, 10)).map(({ type, status }) => `${type} ${status}`);

  test.for([-HOUR_MS, HOUR_MS])(
    'a clock that is wrong by %i ms: what a later read shows replaces what an earlier one has shown',
    async (offsetMs) => {
      const [right, wrong] = await createReplicas(bed, offsetMs);
      await right.deployments.track(OWNERSHIP, RUNNING, await right.begin('deployments'));
      await right.lists.applyObserved(LIST_OWNER, [aiTask('1')], await right.begin('aiTasks'));

      await wrong.deployments.applyObserved('ada', [ENDED], await wrong.begin('deployments'));
      await wrong.lists.applyObserved(LIST_OWNER, [aiTask('2')], await wrong.begin('aiTasks'));
      expect(await statusOf()).toBe('COMPLETED');
      expect(await logged()).toEqual(['CREATED RUNNING', 'STATUS_CHANGED COMPLETED']);
      expect(await stateOf()).toContain('"updatedAt":"2"');
    },
  );

  test.for([-HOUR_MS, HOUR_MS])(
    'a clock that is wrong by %i ms: an answer that was overtaken replaces nothing',
    async (offsetMs) => {
      const [right, wrong] = await createReplicas(bed, offsetMs);
      await right.deployments.track(OWNERSHIP, RUNNING, await right.begin('deployments'));
      await right.lists.applyObserved(LIST_OWNER, [aiTask('1')], await right.begin('aiTasks'));
      const slow = [await wrong.begin('deployments'), await wrong.begin('aiTasks')] as const;

      await right.deployments.applyObserved('ada', [ENDED], await right.begin('deployments'));
      await right.lists.applyObserved(LIST_OWNER, [aiTask('2')], await right.begin('aiTasks'));
      expect(await wrong.deployments.applyObserved('ada', [RUNNING], slow[0])).toBe(false);
      expect(await wrong.lists.applyObserved(LIST_OWNER, [aiTask('1')], slow[1])).toBe(false);
      expect(await statusOf()).toBe('COMPLETED');
      expect(await logged()).toEqual(['CREATED RUNNING', 'STATUS_CHANGED COMPLETED']);
      expect(await stateOf()).toContain('"updatedAt":"2"');
    },
  );

  test('an observation that repeats the stored state overtakes reads that began before it', async () => {
    const [one, other] = await createReplicas(bed, 0);
    await one.deployments.track(OWNERSHIP, RUNNING, await one.begin('deployments'));
    const slow = await other.begin('deployments');
    await one.deployments.applyObserved('ada', [RUNNING], await one.begin('deployments'));
    await other.deployments.applyObserved('ada', [ENDED], slow);
    expect(await statusOf()).toBe('RUNNING');
  });

  test('a read that was overtaken and shows another state: polled again at once', async () => {
    const [one, other] = await createReplicas(bed, 0);
    await one.deployments.track(OWNERSHIP, RUNNING, await one.begin('deployments'));
    await one.lists.applyObserved(LIST_OWNER, [aiTask('1')], await one.begin('aiTasks'));
    const slow = [await other.begin('deployments'), await other.begin('aiTasks')] as const;
    await one.deployments.applyObserved('ada', [RUNNING], await one.begin('deployments'));
    await one.lists.applyObserved(LIST_OWNER, [aiTask('2')], await one.begin('aiTasks'));
    const dueInMs = async () =>
      ((await findWatch(bed.store.db, { kind: 'DEPLOYMENTS', credentialId: 'c1', scope: 'o1' }))
        ?.nextLookAt ?? 0) - 1_700_000_000_000;
    expect(await dueInMs()).toBe(2_000);

    await other.deployments.applyObserved('ada', [ENDED], slow[0]);
    expect(await dueInMs()).toBe(0);
    await other.lists.applyObserved(LIST_OWNER, [aiTask('3')], slow[1]);
    expect((await findWatch(bed.store.db, LIST_WATCH))?.nextLookAt).toBe(1_700_000_000_000);
  });

  test('an AI task that was deleted meanwhile: a read that began before does not bring it back', async () => {
    const [one, other] = await createReplicas(bed, HOUR_MS);
    await one.lists.applyObserved(LIST_OWNER, [aiTask('1')], await one.begin('aiTasks'));
    const slow = await other.begin('aiTasks');
    await one.lists.markGone(LIST_OWNER, ['t1'], 1);
    expect(await other.lists.applyObserved(LIST_OWNER, [aiTask('1')], slow)).toBe(false);
    expect((await findAiTasks(bed.store.db, LIST_OWNER, ['t1']))[0]?.isGone).toBe(1);
  });
});
