import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createAiTaskListWriter } from '../../src/events/writers/ai-task-lists.ts';
import { createDeploymentWriter } from '../../src/events/writers/deployments.ts';
import { createMessageWriter } from '../../src/events/writers/messages.ts';
import { createListWatches } from '../../src/services/ai-tasks/list-watches.ts';
import { connectionTo } from '../../src/services/common/connections.test-support.ts';
import { ensureWatch, findWatch } from '../../src/store/coordination/watches.ts';
import { findDeployment } from '../../src/store/deployments/deployments.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { QuantCdnClient } from '../../src/upstream/quantcdn/client.ts';
import { createPoller } from '../../src/worker/poller.ts';
import type { PollWatch } from '../../src/worker/reconcile.ts';
import { sharesOf } from '../../src/worker/shares.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { isPostgresMissing, temporaryDatabase } from '../support/postgres.ts';
import { credential, insertPerson } from '../support/stores.ts';

const HOUR_MS = 3_600_000;
const KEY = { kind: 'DEPLOYMENTS', credentialId: 'c1', scope: 'o1' } as const;

/** A replica whose clock is wrong by an offset. */
function createReplica(store: Store, offsetMs: number, poll: PollWatch) {
  const ignore = (): void => undefined;
  return createPoller({
    store,
    bus: createMemoryBus(),
    clock: createManualClock(Date.now() + offsetMs),
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    pollWatch: { DEPLOYMENTS: poll, AI_TASK_LIST: poll, AI_TASK_RUN: poll, AI_TASK_LIST_RUN: poll },
    longestDelayMs: 60_000,
    shares: sharesOf(64),
    holderId: `${offsetMs}`,
  });
}

describe.skipIf(isPostgresMissing)('PostgreSQL', () => {
  test('replicas whose clocks differ by hours: a leased watch is polled by its holder only', async () => {
    await using database = await temporaryDatabase();
    const store = await openStore(database.url);
    await insertPerson(store.db, 'ada');
    await insertCredential(store.db, credential('ada', 'c1'));
    await ensureWatch(store.db, { ...KEY, ownerId: 'ada', nextLookAt: store.time(0), pauseMs: 2_000 });
    const polls: string[] = [];
    const end = Promise.withResolvers<void>();
    const behind = createReplica(store, -HOUR_MS, async () => {
      polls.push('behind');
      await end.promise;
    });
    const ahead = createReplica(store, HOUR_MS, async () => void polls.push('ahead'));

    const polling = behind.tick();
    await expect.poll(() => polls).toEqual(['behind']);
    await ahead.tick();
    expect(polls).toEqual(['behind']);
    const { leaseUntil } = (await findWatch(store.db, KEY)) ?? { leaseUntil: 0 };
    expect(Math.abs(leaseUntil - Date.now())).toBeLessThan(HOUR_MS / 2);

    end.resolve();
    await polling;
    await store.close();
  });

  test.for([-HOUR_MS, HOUR_MS])(
    'a replica whose clock is wrong by %i ms: guards, ends and interest are stored in the time of the database',
    async (offsetMs) => {
      await using database = await temporaryDatabase();
      const store = await openStore(database.url);
      await insertPerson(store.db, 'ada');
      await insertCredential(store.db, credential('ada', 'c1'));
      const clock = createManualClock(Date.now() + offsetMs);
      const bus = createMemoryBus();
      const eventLog = createEventLog({ store, bus, clock });
      const deployments = createDeploymentWriter({ eventLog, bus, pollIntervalMs: 2_000 });
      const messages = createMessageWriter({ store, eventLog, bus });
      const lists = createListWatches({
        writer: createAiTaskListWriter({ eventLog }),
        ...{ store, bus, clock, pollIntervalMs: 2_000 },
      });
      const connection = connectionTo<QuantCdnClient>({
        listTasks: async () => ({ tasks: [], isFull: false, isComplete: true }),
      });

      const running = {
        id: 'A-1',
        rawStatus: 'Running',
        status: 'RUNNING',
        isTerminal: false,
        taskId: '7',
      } as const;
      const ownership = {
        ownerId: 'ada',
        credentialId: 'c1',
        organizationId: 'o1',
        guard: null,
        reason: null,
      };
      await deployments.track(ownership, running, { atMs: clock.now(), revision: 0 });
      await messages.extendInterest('ada', 'A-1');
      await lists.ensureWatched(connection, 'l1');

      const row = await findDeployment(store.db, 'ada', 'A-1');
      const watch = await findWatch(store.db, { kind: 'AI_TASK_LIST', credentialId: 'c1', scope: 'l1' });
      const stored = [row?.runStartedAt, row?.settleAt, row?.messagesWantedUntil, watch?.wantedUntil];
      for (const atMs of stored) expect(Math.abs((atMs ?? 0) - Date.now())).toBeLessThan(HOUR_MS / 2);
      await store.close();
    },
  );
});
