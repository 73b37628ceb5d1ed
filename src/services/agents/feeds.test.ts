import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { credential, deployment, insertPerson } from '../../../test/support/stores.ts';
import { createMemoryBus, eventStream } from '../../events/bus.ts';
import { createTails } from '../../events/tails.ts';
import { readHeads } from '../../store/coordination/log-bounds.ts';
import { insertDeployment, updateDeployment } from '../../store/deployments/deployments.ts';
import { insertEvents, pruneEvents, takeSequence } from '../../store/deployments/events.ts';
import { insertCredential } from '../../store/identity/credentials.ts';
import { openStore, type Store } from '../../store/store.ts';
import { ada, notExpected } from '../common/connections.test-support.ts';
import { createDeploymentReader } from './deployment-reader.ts';
import { createFeeds, type DeploymentEventView, type FeedRequest } from './feeds.ts';

const OWNER = ada.userId;
const bus = createMemoryBus();
const clock = createManualClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, OWNER);
  // Events are numbered from 1 on, as they are written at the time 0.
  await store.db.insertInto('eventHeads').values({ ownerId: OWNER, lastSeq: 0, prunedSeq: 0 }).execute();
  await insertCredential(store.db, credential(OWNER, 'c1'));
  for (const id of ['L-1', 'L-2']) {
    await insertDeployment(store.db, deployment(OWNER, id, { credentialId: 'c1' }));
  }
});
afterEach(() => store.close());

/** Feeds over the real store. Neither the upstream nor a writer may be called. */
function feedsOf() {
  const connections = { open: notExpected };
  const writer = {
    track: notExpected,
    applyObserved: notExpected,
    applyWithin: notExpected,
    markPrompted: notExpected,
    markGuardTripped: notExpected,
    markGuardWarned: notExpected,
    markStopAsked: notExpected,
    stopWatching: notExpected,
    markDeleted: notExpected,
    erase: notExpected,
    assignOrganization: notExpected,
    pollSoon: notExpected,
  };
  const reader = createDeploymentReader({ connections, writer, store, clock });
  const tasks = {
    list: notExpected,
    get: notExpected,
    create: notExpected,
    update: notExpected,
    remove: notExpected,
  };
  const tails = createTails({ bus, clock, readHeads: (ownerIds) => readHeads(store.db, ownerIds) });
  return createFeeds({ store, clock, tails, reader, tasks });
}

/** Appends one event for each id, and announces them. */
async function append(...deploymentIds: string[]): Promise<void> {
  const last = await store.transaction(OWNER, async (tx) => {
    const lastSeq = await takeSequence(tx, OWNER, deploymentIds.length, store.time(0));
    const rows = deploymentIds.map((deploymentId, index) => ({
      ownerId: OWNER,
      seq: lastSeq - deploymentIds.length + 1 + index,
      type: 'STATUS_CHANGED' as const,
      deploymentId,
      taskId: null,
      status: 'RUNNING' as const,
      previousStatus: null,
      rawStatus: 'Running',
      reason: null,
      occurredAt: clock.now(),
    }));
    await insertEvents(tx, rows);
    return lastSeq;
  });
  bus.publish(eventStream(OWNER), last);
}

async function take(feed: AsyncIterableIterator<DeploymentEventView, void, void>, count: number) {
  const ids: string[] = [];
  while (ids.length < count) {
    const { value } = await feed.next();
    if (value) ids.push(value.id);
  }
  await feed.return?.();
  return ids;
}

describe('the start of a feed', () => {
  test.each<[string, FeedRequest, string[]]>([
    ['of a deployment, without a cursor: its newest event', { deploymentId: 'L-1' }, ['3', '5']],
    ['of a deployment, with 0: its oldest event', { deploymentId: 'L-1', after: '0' }, ['1', '3', '5']],
    ['of a deployment, with a cursor: the next one of it', { deploymentId: 'L-1', after: '1' }, ['3', '5']],
    ['of the log, without a cursor: the newest event of each unfinished one', {}, ['3', '4', '5']],
    ['of the log, with a cursor: the next event', { after: '1' }, ['2', '3', '4', '5']],
    ['with the newest cursor: what is appended later', { after: '4' }, ['5']],
  ])('%s', async (_title, request, expected) => {
    await append('L-1', 'L-2', 'L-1', 'L-2');
    const feed = await feedsOf().follow(ada, request);
    await append('L-1');
    expect(await take(feed, expected.length)).toEqual(expected);
  });

  test('with 0 after events were removed: the oldest that is kept', async () => {
    await append('L-1', 'L-1');
    await clock.advance(1_000);
    await append('L-1');
    await store.transaction(OWNER, (tx) => pruneEvents(tx, clock.now(), 100));
    expect(await take(await feedsOf().follow(ada, { deploymentId: 'L-1', after: '0' }), 1)).toEqual(['3']);
    await expect(feedsOf().follow(ada, { deploymentId: 'L-1', after: '1' })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    });
  });

  test('a wrong cursor is refused before the upstream is called', async () => {
    // Not stored, so that it would have to be read upstream.
    const following = feedsOf().follow(ada, { deploymentId: 'L-9', after: 'x' });
    await expect(following).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { fields: [{ path: 'after', message: 'is not a cursor of this log' }] },
    });
  });
});

describe('isComplete', () => {
  const change = (columns: Parameters<typeof updateDeployment>[3]) =>
    updateDeployment(store.db, OWNER, 'L-1', columns);

  beforeEach(() => append('L-1', 'L-1'));

  test('is false while the deployment runs', async () => {
    expect(await feedsOf().isComplete(ada, { deploymentId: 'L-1', after: '2' })).toBe(false);
  });

  test('is false while an event after the cursor is left', async () => {
    await change({ isTerminal: 1 });
    expect(await feedsOf().isComplete(ada, { deploymentId: 'L-1', after: '1' })).toBe(false);
  });

  test.each([
    ['an ended', { isTerminal: 1 } as const],
    ['a deleted', { isDeleted: 1 } as const],
  ])('is true for %s deployment without further events', async (_title, columns) => {
    await change(columns);
    expect(await feedsOf().isComplete(ada, { deploymentId: 'L-1', after: '2' })).toBe(true);
  });

  test('is false for the whole log, and NOT_FOUND for an unknown deployment', async () => {
    await change({ isTerminal: 1 });
    expect(await feedsOf().isComplete(ada, { after: '2' })).toBe(false);
    await expect(feedsOf().isComplete(ada, { deploymentId: 'L-9' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
