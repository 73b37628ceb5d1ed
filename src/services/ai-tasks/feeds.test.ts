import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { insertPerson } from '../../../test/support/stores.ts';
import { createMemoryBus, eventStream } from '../../events/bus.ts';
import { createTails } from '../../events/tails.ts';
import { toJson } from '../../lib/json.ts';
import { insertListEvents } from '../../store/ai-tasks/list-events.ts';
import { insertListRun, updateListRun } from '../../store/ai-tasks/list-runs.ts';
import { readHeads } from '../../store/coordination/log-bounds.ts';
import { takeSequence } from '../../store/deployments/events.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { QuantCdnClient } from '../../upstream/quantcdn/client.ts';
import { ada, connectionTo, notExpected } from '../common/connections.test-support.ts';
import { createAiTaskFeeds } from './feeds.ts';

const OWNER = ada.userId;
const LIST = { organisation: 'acme', taskListId: 'list' };
const bus = createMemoryBus();
const clock = createManualClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, OWNER);
  // Events are numbered from 1 on, as they are written at the time 0.
  await store.db.insertInto('eventHeads').values({ ownerId: OWNER, lastSeq: 0, prunedSeq: 0 }).execute();
});
afterEach(() => store.close());

/** Feeds over the real store. The upstream and the writer must not be called: a run is followed in the log. */
function feedsOf() {
  return createAiTaskFeeds({
    connections: { open: async () => connectionTo<QuantCdnClient>({}) },
    writer: { applyObserved: notExpected, markGone: notExpected },
    pollIntervalMs: 1_000,
    store,
    bus,
    clock,
    tails: createTails({ bus, clock, readHeads: (ownerIds) => readHeads(store.db, ownerIds) }),
  });
}

async function startRun(id: string): Promise<void> {
  await insertListRun(store.db, {
    ...{ ...LIST, ownerId: OWNER, id, credentialId: null, agentCredentialId: 'c2', maxParallel: 4 },
    ...{ state: 'RUNNING', reason: null, createdAt: clock.now(), endedAt: null },
  });
  await clock.advance(1);
}

/** Appends one event for each run id, and announces them. */
async function append(...runIds: string[]): Promise<void> {
  const last = await store.transaction(OWNER, async (tx) => {
    const lastSeq = await takeSequence(tx, OWNER, runIds.length, store.time(0));
    const rows = runIds.map((id, index) => ({
      ...{ ...LIST, ownerId: OWNER, kind: 'LIST_RUN' as const, subjectId: id },
      ...{ seq: lastSeq - runIds.length + 1 + index, body: toJson({ id }), occurredAt: clock.now() },
    }));
    await insertListEvents(tx, rows);
    return lastSeq;
  });
  bus.publish(eventStream(OWNER), last);
}

/** What a feed delivers until it ends, as `run@cursor`. */
async function restOf(after?: string): Promise<string[]> {
  const feed = await feedsOf().followRun(ada, { taskListId: 'list', after: after ?? null });
  // While the feed is open, the newest run goes on and ends, and another run starts.
  await startRun('third');
  await append('second', 'third', 'second');
  await updateListRun(store.db, 'second', { state: 'COMPLETED', endedAt: clock.now() });
  const runs = [];
  for await (const { id, cursor } of feed) runs.push(`${id}@${cursor}`);
  return runs;
}

describe('followRun', () => {
  beforeEach(async () => {
    await startRun('first');
    await append('first', 'first');
    await startRun('second');
  });

  test('without a cursor starts with the newest event of the newest run, and ends with that run', async () => {
    await append('second', 'second');
    expect(await restOf()).toEqual(['second@4', 'second@5', 'second@7']);
  });

  test('without a cursor and without an event of the run starts with its first event', async () => {
    expect(await restOf()).toEqual(['second@3', 'second@5']);
  });

  test('with a cursor delivers what was missed, also of an earlier run, and nothing of a later one', async () => {
    await append('second');
    expect(await restOf('1')).toEqual(['first@2', 'second@3', 'second@4', 'second@6']);
  });

  test('of a list without a run is NOT_FOUND', async () => {
    const following = feedsOf().followRun(ada, { taskListId: 'other' });
    await expect(following).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
